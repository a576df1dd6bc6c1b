// A training that is killed again and again, at any moment, ends with the bytes of one that nobody disturbed.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <random>
#include <thread>

#include "genotype/checkpoint.hpp"
#include "genotype/genotype.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;

namespace {

using Generator = Sequential<Linear<6, 24>, BN<24>, ReLU, Dropout<0.2f>, Linear<24, 16>, Tanh>;
// Large enough that writing its content takes a while beside bringing it to the disk.
using Discriminator =
    Sequential<Linear<16, 256>, LeakyReLU<0.2f>, Dropout<0.3f>, Linear<256, 256>, Tanh, Linear<256, 1>>;
using Net = GAN<Generator, Discriminator, BCEWithLogits>;

constexpr long steps = 60;
#if defined(__SANITIZE_ADDRESS__)
constexpr int kills = 10;
#else
constexpr int kills = 100;
#endif

Dataset<Shape<16>> vectors() {
    ImageData images;
    images.count = 50;
    images.height = images.width = 4;
    images.channels = 1;
    for (int i = 0; i < 50 * 16; ++i) images.bytes.push_back(static_cast<std::uint8_t>(i * 37 % 251));
    return Dataset<Shape<16>>(images, {0, 1});
}

/// Goes on with what is in the folder, and writes a checkpoint after each step and all that the end is to a file.
void train(const std::filesystem::path& folder, const std::filesystem::path& end) {
    const auto data = vectors();
    Loader<Shape<16>> loader(data, {.batch = 8, .seed = 5});
    Trainer<Net> trainer({.batch = 8, .seed = 7});
    History history({"discriminator", "generator"});
    Checkpoints checkpoints(folder, {.keep = 2});
    const LatestCheckpoint latest = checkpoints.latest();
    if (!latest.skipped.empty()) fail("kills", "checkpoint", latest.skipped.front(), "whole ones alone");
    if (latest.path) trainer.resume(*latest.path, loader, history);
    while (trainer.steps() < steps) {
        const GanLosses losses = trainer.step(loader.next());
        history.add({losses.discriminator, losses.generator});
        checkpoints.save(trainer, loader, history);
        checkpoints.save_if_best(static_cast<double>(losses.generator), trainer, loader, history);
    }
    trainer.save(end, loader, history);
}

/// Trains in a process of its own, which `after` kills, or never below 0. Returns its exit status. The parent has no
/// threads: it computes nothing.
int train_apart(const std::filesystem::path& folder, const std::filesystem::path& end, double after) {
    const pid_t child = ::fork();
    if (child == 0) {
        try {
            train(folder, end);
            ::_exit(0);
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s\n", error.what());
        }
        ::_exit(1);
    }
    REQUIRE(child > 0);
    if (after >= 0) {
        std::this_thread::sleep_for(std::chrono::duration<double>(after));
        ::kill(child, SIGKILL);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
}

int left_overs(const std::filesystem::path& folder) {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) count += entry.path().extension() == ".tmp";
    return count;
}

}  // namespace

TEST_CASE("killed at any moment") {
    const char* given = std::getenv("GENOTYPE_KILLS_SEED");
    const unsigned long seed = given ? std::strtoul(given, nullptr, 10) : 1;
    INFO("GENOTYPE_KILLS_SEED=" << seed);
    std::mt19937_64 random(seed);

    TemporaryFolder undisturbed;
    const auto start = std::chrono::steady_clock::now();
    REQUIRE(train_apart(undisturbed / "checkpoints", undisturbed / "end", -1) == 0);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const std::string expected = content_of(undisturbed / "end");
    REQUIRE(!expected.empty());

    int killed = 0, while_writing = 0, trainings = 0;
    while (killed < kills) {
        TemporaryFolder folder;
        ++trainings;
        int status = -1;
        while (status != 0) {
            // Short enough that a training is killed several times, long enough that it gets on.
            const double after = killed < kills ? std::uniform_real_distribution<double>(0, seconds / 3)(random) : -1;
            status = train_apart(folder / "checkpoints", folder / "end", after);
            INFO("kill " << killed << " after " << after << " s");
            if (status == 0) break;
            REQUIRE(WIFSIGNALED(status));
            REQUIRE(WTERMSIG(status) == SIGKILL);
            ++killed;
            if (std::filesystem::exists(folder / "checkpoints")) while_writing += left_overs(folder / "checkpoints");
        }
        CHECK((content_of(folder / "end") == expected));
        CHECK(left_overs(folder / "checkpoints") == 0);
    }
    MESSAGE(killed << " kills in " << trainings << " trainings, " << while_writing << " left a file half written");
    // A few kills may all miss the writing; a hundred do not.
    if (kills >= 100) CHECK(while_writing > 0);
}
