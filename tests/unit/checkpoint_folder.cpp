// A folder keeps the last checkpoints and the best, finds the newest whole one, and what killed processes left goes.
#include <doctest/doctest.h>

#include <chrono>

#include "genotype/checkpoint.hpp"
#include "genotype/genotype.hpp"
#include "support/small_files.hpp"
#include "support/temporary_folder.hpp"

using namespace genotype;
namespace fs = std::filesystem;

namespace {

using Autoencoder = Trainer<VAE<4, 5, 2>, Cpu, SGD>;

void step(Autoencoder& trainer) {
    trainer.step(normal<Shape<4>>(8, Seed{1}));
}

/// So that the order of writing shows however coarse the file system's clock is.
void make_older(const fs::path& path, int seconds) {
    fs::last_write_time(path, fs::last_write_time(path) - std::chrono::seconds(seconds));
}

}  // namespace

TEST_CASE("the last three") {
    TemporaryFolder folder;
    Autoencoder trainer;
    Checkpoints checkpoints(folder / "deep/er");
    CHECK_FALSE(checkpoints.latest().path);
    for (int i = 0; i < 5; ++i) {
        step(trainer);
        make_older(checkpoints.save(trainer), 100 - i);
    }
    for (int i = 1; i <= 5; ++i)
        CHECK(fs::exists(checkpoints.folder() / ("step_00000" + std::to_string(i) + ".safetensors")) == (i > 2));
    CHECK(checkpoints.latest().path == checkpoints.folder() / "step_000005.safetensors");

    Autoencoder other;
    other.resume(checkpoints.folder() / "step_000004.safetensors");
    CHECK(other.steps() == 4);
    // A training that goes on from an older one, or begins anew, has the newest although its number is smaller.
    Autoencoder anew;
    step(anew);
    CHECK(checkpoints.save(anew) == checkpoints.folder() / "step_000001.safetensors");
    CHECK(checkpoints.latest().path == checkpoints.folder() / "step_000001.safetensors");
    CHECK_FALSE(fs::exists(checkpoints.folder() / "step_000003.safetensors"));
    CHECK(fs::exists(checkpoints.folder() / "step_000004.safetensors"));
}

TEST_CASE("files that are not whole are passed over with a word") {
    TemporaryFolder folder;
    Autoencoder trainer;
    Checkpoints checkpoints(folder.path());
    make_older(checkpoints.save(trainer), 60);
    step(trainer);
    const fs::path cut = checkpoints.save(trainer);
    fs::resize_file(cut, fs::file_size(cut) - 1);
    folder.file("step_000009.safetensors", "");
    folder.file("step_x.safetensors", "somebody else's");
    folder.file("notes.txt", "");
    save(trainer, folder / "step_000008.safetensors");
    const LatestCheckpoint latest = checkpoints.latest();
    CHECK(latest.path == folder / "step_000000.safetensors");
    REQUIRE(latest.skipped.size() == 3);
    std::string words;
    for (const std::string& line : latest.skipped) words += line + "\n";
    CHECK(contains(words, "step_000001.safetensors: data: found "));
    CHECK(contains(words, "step_000009.safetensors: file: found"));
    CHECK(contains(words, "step_000008.safetensors: genotype.checkpoint: found nothing"));
}

TEST_CASE("the best, also of an earlier process") {
    TemporaryFolder folder;
    Autoencoder trainer;
    {
        Checkpoints checkpoints(folder.path());
        CHECK_FALSE(checkpoints.save_if_best(std::numeric_limits<double>::quiet_NaN(), trainer));
        CHECK(checkpoints.save_if_best(0.1, trainer));
        step(trainer);
        CHECK_FALSE(checkpoints.save_if_best(0.1, trainer));
        CHECK(checkpoints.best() == 0.1);
    }
    Checkpoints checkpoints(folder.path());
    CHECK(checkpoints.best() == 0.1);
    CHECK_FALSE(checkpoints.save_if_best(0.2, trainer));
    CHECK(checkpoints.save_if_best(-1.5, trainer));
    CHECK(Checkpoints(folder.path()).best() == -1.5);
    Autoencoder other;
    other.resume(checkpoints.best_path());
    CHECK(other.steps() == 1);
    fs::resize_file(checkpoints.best_path(), 100);
    CHECK(Checkpoints(folder.path()).best() == std::numeric_limits<double>::infinity());
}

TEST_CASE("what a killed process left is removed, what a living one writes stays") {
    TemporaryFolder folder;
    folder.file(".step_000003.safetensors.1234.0.tmp", "half");
    folder.file(".best.safetensors.1234.0.tmp", "half");
    folder.file(".other.1234.0.tmp", "somebody else's");
    AtomicFile living(folder / "step_000004.safetensors");
    const Checkpoints checkpoints(folder.path());
    CHECK(folder.entries() == 2);
    CHECK(fs::exists(folder / ".other.1234.0.tmp"));
    living.commit();
    CHECK(fs::exists(folder / "step_000004.safetensors"));

    folder.file(".mine.1234.0.tmp", "half");
    folder.file(".mine.too.1234.0.tmp", "another file's, but dead as well");
    Autoencoder().save(folder / "mine");
    CHECK_FALSE(fs::exists(folder / ".mine.1234.0.tmp"));
    CHECK(fs::exists(folder / ".other.1234.0.tmp"));
}

TEST_CASE("a disk that is full: no older checkpoint is removed") {
    TemporaryFolder folder;
    Autoencoder trainer;
    Checkpoints checkpoints(folder.path(), {.keep = 1});
    const fs::path first = checkpoints.save(trainer);
    const std::string before = content_of(first);
    step(trainer);
    {
        SmallFiles limit(1'000);
        CHECK(contains(error_of([&] { checkpoints.save(trainer); }), "found File too large"));
        CHECK(contains(error_of([&] { checkpoints.save_if_best(1, trainer); }), "found File too large"));
    }
    CHECK(content_of(first) == before);
    CHECK(folder.entries() == 1);
    CHECK(checkpoints.save_if_best(2, trainer));
    fs::remove_all(folder.path());
    CHECK(contains(error_of([&] { checkpoints.save(trainer); }), "folder: found no such folder"));
    fs::create_directory(folder.path());
    folder.file("file", "");
    CHECK(contains(error_of([&] { Checkpoints(folder / "file"); }), "folder: found"));
    CHECK(contains(error_of([&] { Checkpoints(folder.path(), {.keep = 0}); }), "keep: found 0, expected at least 1"));
}
