// A folder keeps the last checkpoints and the best, finds the newest whole one, and what killed processes left goes.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>
#include <string>
#include <thread>
#include <vector>

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

using Names = std::vector<std::string>;

/// All that is in a folder.
Names names_in(const fs::path& folder) {
    Names names;
    for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

std::string name_of_latest(const fs::path& folder) {
    const auto latest = Checkpoints(folder).latest();
    return latest.path ? latest.path->filename().string() : "none";
}

/// Of some steps, with a seed.
struct Trained {
    explicit Trained(int steps = 0, std::uint64_t seed = 0) : trainer({.seed = seed}) { train(steps); }
    void train(int steps) {
        for (int at = 0; at < steps; ++at) step(trainer);
    }
    Autoencoder trainer;
};

/// One checkpoint a step.
void save_steps(Checkpoints& checkpoints, Autoencoder& trainer, int steps) {
    for (int at = 0; at < steps; ++at) {
        step(trainer);
        checkpoints.save(trainer);
    }
}

}  // namespace

TEST_CASE("the last three") {
    TemporaryFolder folder;
    Autoencoder trainer;
    Checkpoints checkpoints(folder / "deep/er");
    CHECK_FALSE(checkpoints.latest().path);
    for (int i = 0; i < 5; ++i) {
        step(trainer);
        checkpoints.save(trainer);
    }
    for (int i = 1; i <= 5; ++i)
        CHECK(fs::exists(checkpoints.folder() / ("step_00000" + std::to_string(i) + ".safetensors")) == (i > 2));
    CHECK(checkpoints.latest().path == checkpoints.folder() / "step_000005.safetensors");

    Autoencoder other;
    other.resume(checkpoints.folder() / "step_000004.safetensors");
    CHECK(other.steps() == 4);
    // A training that begins anew has the newest although its number is smaller, and leaves the other's.
    Autoencoder anew;
    step(anew);
    CHECK(checkpoints.save(anew) == checkpoints.folder() / "step_000001.safetensors");
    CHECK(checkpoints.latest().path == checkpoints.folder() / "step_000001.safetensors");
    for (const char* name : {"step_000003.safetensors", "step_000004.safetensors", "step_000005.safetensors"})
        CHECK(fs::exists(checkpoints.folder() / name));
}

TEST_CASE("issue 17.4: the newest checkpoint is the one with the most steps, whatever the files' times say") {
    TemporaryFolder folder;
    Trained whole;
    {
        Checkpoints checkpoints(folder.path());
        save_steps(checkpoints, whole.trainer, 3);
    }
    const auto now = fs::file_time_type::clock::now();
    for (const int hours : {1, 0, -1}) {
        INFO("each file is " << hours << " hours older than the one before");
        for (int number = 1; number <= 3; ++number)
            fs::last_write_time(folder / detail::checkpoint_name(static_cast<std::uint64_t>(number)),
                                now - std::chrono::hours(hours * number));
        Checkpoints checkpoints(folder.path());
        REQUIRE(checkpoints.latest().path == folder / "step_000003.safetensors");
        CHECK(checkpoints.latest().others.empty());
    }
    // And the next save removes the oldest.
    for (int number = 1; number <= 3; ++number)
        fs::last_write_time(folder / detail::checkpoint_name(static_cast<std::uint64_t>(number)),
                            now - std::chrono::hours(number));
    Autoencoder resumed;
    Checkpoints checkpoints(folder.path());
    resumed.resume(*checkpoints.latest().path);
    save_steps(checkpoints, resumed, 1);
    CHECK(names_in(folder.path()) ==
          Names{"step_000002.safetensors", "step_000003.safetensors", "step_000004.safetensors"});
    CHECK(name_of_latest(folder.path()) == "step_000004.safetensors");
}

TEST_CASE("issue 17.4: whatever the files' names say") {
    TemporaryFolder folder;
    Trained whole;
    {
        Checkpoints checkpoints(folder.path());
        save_steps(checkpoints, whole.trainer, 3);
    }
    fs::rename(folder / "step_000001.safetensors", folder / "step_000900.safetensors");
    fs::rename(folder / "step_000003.safetensors", folder / "the one before my holidays.safetensors");
    CHECK(name_of_latest(folder.path()) == "the one before my holidays.safetensors");
    // Under a name that a checkpoint of other steps has, or somebody gave it, none is removed or written over.
    Autoencoder resumed;
    Checkpoints checkpoints(folder.path(), {.keep = 1});
    resumed.resume(*checkpoints.latest().path);
    save_steps(checkpoints, resumed, 2);
    CHECK(names_in(folder.path()) == Names{"step_000005.safetensors", "step_000900.safetensors",
                                           "the one before my holidays.safetensors"});
    // Copies are no further checkpoints.
    fs::copy_file(folder / "step_000005.safetensors", folder / "a copy.safetensors");
    fs::copy_file(folder / "step_000005.safetensors", folder / "z copy.safetensors");
    Checkpoints three(folder.path(), {.keep = 3});
    save_steps(three, resumed, 2);
    CHECK(fs::exists(folder / "step_000005.safetensors"));
    CHECK(name_of_latest(folder.path()) == "step_000007.safetensors");
}

TEST_CASE("issue 17.4: a training that begins anew beside another's checkpoints removes and replaces none of them") {
    TemporaryFolder folder;
    Trained first;
    {
        Checkpoints checkpoints(folder.path());
        save_steps(checkpoints, first.trainer, 5);
    }
    const Names before = names_in(folder.path());
    const std::string third = content_of(folder / "step_000003.safetensors");
    for (const std::uint64_t seed : {0u, 1u}) {  // the same training once more, and another
        TemporaryFolder here;
        for (const auto& name : before) fs::copy_file(folder / name, here / name);
        Trained anew(0, seed);
        Checkpoints checkpoints(here.path());
        CHECK(checkpoints.latest().path == here / "step_000005.safetensors");
        save_steps(checkpoints, anew.trainer, 3);
        CHECK(checkpoints.latest().path == here / "step_000003_2.safetensors");
        // It is the last one to a later process too.
        Checkpoints later(here.path());
        const LatestCheckpoint latest = later.latest();
        CHECK(latest.path == here / "step_000003_2.safetensors");
        CHECK(latest.others == std::vector{here / "step_000005.safetensors"});
        Autoencoder resumed({.seed = seed});
        resumed.resume(*latest.path);
        save_steps(later, resumed, 3);
        CHECK(content_of(here / "step_000003.safetensors") == third);
        Names expected = before;
        for (const char* name : {"step_000004_2.safetensors", "step_000005_2.safetensors", "step_000006.safetensors"})
            expected.push_back(name);
        std::sort(expected.begin(), expected.end());
        CHECK(names_in(here.path()) == expected);
        // Whoever resumes with the first all the same has the newest of all, and removes none either.
        Autoencoder again;
        again.resume(here / "step_000005.safetensors");
        Checkpoints third_process(here.path(), {.keep = 1});
        save_steps(third_process, again, 2);
        expected.push_back("step_000007.safetensors");
        CHECK(names_in(here.path()) == expected);
        CHECK(name_of_latest(here.path()) == "step_000007.safetensors");
    }
}

TEST_CASE("issue 17.4: a training that resumes from an older checkpoint leaves the newer ones") {
    TemporaryFolder folder;
    Trained whole;
    {
        Checkpoints checkpoints(folder.path());
        save_steps(checkpoints, whole.trainer, 5);
    }
    Autoencoder back;
    back.resume(folder / "step_000003.safetensors");
    Checkpoints checkpoints(folder.path());
    save_steps(checkpoints, back, 1);
    CHECK(checkpoints.latest().path == folder / "step_000004_2.safetensors");
    CHECK(name_of_latest(folder.path()) == "step_000004_2.safetensors");
    CHECK(names_in(folder.path()).size() == 4);
    save_steps(checkpoints, back, 4);
    CHECK(names_in(folder.path()) ==
          Names{"step_000003.safetensors", "step_000004.safetensors", "step_000005.safetensors",
                "step_000006.safetensors", "step_000007.safetensors", "step_000008.safetensors"});

    // With weights alone, and perhaps other options, another training begins.
    load(back, folder / "step_000008.safetensors");
    save_steps(checkpoints, back, 2);
    CHECK(names_in(folder.path()).size() == 8);
    CHECK(name_of_latest(folder.path()) == "step_000010.safetensors");
}

TEST_CASE("issue 17.4: checkpoints that do not say of which training they are go by their steps, and stay") {
    TemporaryFolder folder;
    Trained old;
    for (const char* name : {"step_000001.safetensors", "step_000002.safetensors", "step_000003.safetensors"}) {
        old.train(1);
        old.trainer.save(folder / name);  // as the versions before wrote them into the folder
    }
    fs::last_write_time(folder / "step_000001.safetensors", fs::file_time_type::clock::now() + std::chrono::hours(1));
    CHECK(name_of_latest(folder.path()) == "step_000003.safetensors");
    Autoencoder resumed;
    resumed.resume(folder / "step_000003.safetensors");
    Checkpoints checkpoints(folder.path(), {.keep = 1});
    save_steps(checkpoints, resumed, 3);
    CHECK(names_in(folder.path()) == Names{"step_000001.safetensors", "step_000002.safetensors",
                                           "step_000003.safetensors", "step_000006.safetensors"});
    CHECK(name_of_latest(folder.path()) == "step_000006.safetensors");
    Trained anew(1, 3);
    CHECK(Checkpoints(folder.path()).save(anew.trainer) == folder / "step_000001_2.safetensors");
    CHECK(name_of_latest(folder.path()) == "step_000001_2.safetensors");
}

TEST_CASE("issue 17.4: a training that was stopped has the files of one that was not, byte for byte") {
    TemporaryFolder whole, stopped;
    const auto train = [](const fs::path& folder, int steps, int save_every) {
        Autoencoder trainer;
        History history({"reconstruction", "kl"});
        Checkpoints checkpoints(folder, {.keep = 1});
        if (const auto latest = checkpoints.latest(); latest.path) trainer.resume(*latest.path, history);
        for (int at = 1; at <= steps; ++at) {
            const VaeLosses losses = trainer.step(normal<Shape<4>>(8, Seed{1}));
            history.add({losses.reconstruction, losses.kl});
            if (at % save_every == 0) checkpoints.save(trainer, history);
        }
    };
    train(whole.path(), 12, 2);
    for (const int steps : {3, 5, 4}) train(stopped.path(), steps, steps);
    CHECK(names_in(whole.path()) == Names{"step_000012.safetensors"});
    CHECK(names_in(stopped.path()) == names_in(whole.path()));
    CHECK((content_of(whole / "step_000012.safetensors") == content_of(stopped / "step_000012.safetensors")));
}

TEST_CASE("issue 17.4: of two trainings that began in different folders none is the last") {
    TemporaryFolder one, other;
    Trained first(2), second(1, 1);
    Checkpoints(one.path()).save(first.trainer);
    Checkpoints(other.path()).save(second.trainer);
    fs::copy_file(other / "step_000001.safetensors", one / "step_000001.safetensors");
    Checkpoints checkpoints(one.path());
    const std::string words = error_of([&] { checkpoints.latest(); });
    CHECK(contains(words, "checkpoints: found those of 2 trainings"));
    CHECK(contains(words, "step_000001.safetensors (step 1)"));
    CHECK(contains(words, "step_000002.safetensors (step 2)"));
    CHECK(contains(words, "name the file to resume from"));
    // Who names one is the last from then on.
    Autoencoder resumed;
    resumed.resume(one / "step_000002.safetensors");
    save_steps(checkpoints, resumed, 1);
    CHECK(checkpoints.latest().path == one / "step_000003.safetensors");
    CHECK(name_of_latest(one.path()) == "step_000003.safetensors");
    CHECK(one.entries() == 3);
}

TEST_CASE("issue 17.4: two processes in one folder keep as many each") {
    TemporaryFolder folder;
    Trained first, second(0, 1);
    Checkpoints one(folder.path(), {.keep = 2}), other(folder.path(), {.keep = 1});
    for (int round = 0; round < 4; ++round) {
        save_steps(one, first.trainer, 1);
        save_steps(other, second.trainer, 2);
    }
    CHECK(names_in(folder.path()) ==
          Names{"step_000003.safetensors", "step_000004.safetensors", "step_000008.safetensors"});
    CHECK(one.latest().path == folder / "step_000004.safetensors");
    CHECK(other.latest().path == folder / "step_000008.safetensors");
}

TEST_CASE("issue 17.4: what is no checkpoint of this training's is no business of it") {
    TemporaryFolder folder;
    Trained whole(1);
    save(whole.trainer, folder / "model.safetensors");
    save(whole.trainer, folder / "step_000002.safetensors");
    folder.file("step_000003.safetensors", "half of a file that another machine sends");
    fs::create_directory(folder / "step_000004.safetensors");
    fs::create_symlink("nowhere", folder / "step_000005.safetensors");
    Checkpoints checkpoints(folder.path(), {.keep = 1});
    save_steps(checkpoints, whole.trainer, 5);
    CHECK(names_in(folder.path()) ==
          Names{"model.safetensors", "step_000002.safetensors", "step_000003.safetensors", "step_000004.safetensors",
                "step_000005.safetensors", "step_000006.safetensors"});
    CHECK(content_of(folder / "step_000003.safetensors") == "half of a file that another machine sends");
    CHECK(checkpoints.latest().path == folder / "step_000006.safetensors");
    CHECK(checkpoints.latest().skipped.size() == 4);
    CHECK(checkpoints.latest().others.empty());
}

TEST_CASE("issue 17.4: another training's best stays") {
    TemporaryFolder folder;
    Trained first(1), second(1, 1);
    CHECK(Checkpoints(folder.path()).save_if_best(0.5, first.trainer));
    const std::string content = content_of(folder / "best.safetensors");
    Checkpoints checkpoints(folder.path());
    CHECK(checkpoints.best() == 0.5);
    CHECK(checkpoints.save_if_best(0.7, second.trainer));
    CHECK(checkpoints.best() == 0.7);
    CHECK_FALSE(checkpoints.save_if_best(0.8, second.trainer));
    CHECK(checkpoints.save_if_best(0.6, second.trainer));
    REQUIRE(folder.entries() == 2);
    for (const std::string& name : names_in(folder.path()))
        if (name != "best.safetensors") CHECK((content_of(folder / name) == content));
    CHECK_FALSE(checkpoints.latest().path);
    Autoencoder resumed({.seed = 1});
    resumed.resume(folder / "best.safetensors");
    Checkpoints later(folder.path());
    CHECK_FALSE(later.save_if_best(0.65, resumed));
    CHECK(later.save_if_best(0.55, resumed));
    CHECK(folder.entries() == 2);
    // Two at the same time have one beside it each.
    Checkpoints other(folder.path());
    for (int round = 0; round < 3; ++round) {
        CHECK(other.save_if_best(0.4 - round, first.trainer));
        CHECK(later.save_if_best(0.4 - round, resumed));
    }
    CHECK(folder.entries() == 3);
    // A best that does not say of which training it is counts, and stays as well.
    TemporaryFolder old;
    detail::write_checkpoint(old / "best.safetensors", detail::describe(first.trainer), {},
                             {{std::string(detail::score_key), "0.5"}});
    const std::string of_old = content_of(old / "best.safetensors");
    Checkpoints upgraded(old.path());
    CHECK_FALSE(upgraded.save_if_best(0.6, second.trainer));
    CHECK(upgraded.save_if_best(0.4, second.trainer));
    CHECK((content_of(old / "best_before_1.safetensors") == of_old));
}

TEST_CASE("issue 17.11: a file with numbers that are none never takes the place of a finite one") {
    TemporaryFolder folder;
    Trained whole;
    Checkpoints checkpoints(folder.path(), {.keep = 1});
    save_steps(checkpoints, whole.trainer, 2);
    CHECK(checkpoints.save_if_best(0.5, whole.trainer));
    const Names before = names_in(folder.path());
    const std::string content = content_of(folder / "step_000002.safetensors");
    float& weight = whole.trainer.model().parameters.data()[0];
    const float was = weight;
    for (const float value : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                              -std::numeric_limits<float>::infinity()}) {
        weight = value;
        const std::string words = error_of([&] { checkpoints.save(whole.trainer); });
        INFO(words);
        CHECK(contains(words, "checkpoint of step 2: \"encoder.0.weight\": found "));
        CHECK(contains(words, "the last checkpoint is " + (folder / "step_000002.safetensors").string()));
        CHECK(contains(error_of([&] { checkpoints.save_if_best(0.1, whole.trainer); }),
                       "\"encoder.0.weight\": found "));
        CHECK_FALSE(checkpoints.save_if_best(static_cast<double>(value), whole.trainer));
        step(whole.trainer);
        CHECK(contains(error_of([&] { checkpoints.save(whole.trainer); }), "more tensors, expected finite ones"));
        Autoencoder again;
        again.resume(folder / "step_000002.safetensors");
        whole.trainer.resume(folder / "step_000002.safetensors");
        CHECK(weight == was);
    }
    CHECK(checkpoints.best() == 0.5);
    CHECK(names_in(folder.path()) == before);
    CHECK((content_of(folder / "step_000002.safetensors") == content));
    CHECK(checkpoints.latest().path == folder / "step_000002.safetensors");

    // An optimiser's states as well.
    TemporaryFolder other;
    Trainer<VAE<4, 5, 2>> adam;
    adam.step(normal<Shape<4>>(8, Seed{1}));
    detail::describe(adam).states.back().data[0] = std::numeric_limits<float>::infinity();
    const std::string words = error_of([&] { Checkpoints(other.path()).save(adam); });
    INFO(words);
    CHECK(contains(words,
                   "\"optimizer.decoder.4.bias.exp_avg_sq\": found 0 values that are NaN and 1 infinite in it"));
    CHECK(other.entries() == 0);
}

TEST_CASE("issue 17.11: files with such numbers, which versions before wrote, are passed over") {
    TemporaryFolder folder;
    Trained whole(1);
    whole.trainer.save(folder / "step_000001.safetensors");
    whole.train(1);
    whole.trainer.model().parameters.data()[0] = std::numeric_limits<float>::quiet_NaN();
    whole.trainer.save(folder / "step_000002.safetensors");
    whole.train(1);
    whole.trainer.save(folder / "step_000003.safetensors");
    const LatestCheckpoint latest = Checkpoints(folder.path()).latest();
    CHECK(latest.path == folder / "step_000001.safetensors");
    REQUIRE(latest.skipped.size() == 2);
    CHECK(contains(latest.skipped[1],
                   "step_000002.safetensors: \"encoder.0.weight\": found 1 values that are NaN and 0 infinite in it, "
                   "expected finite ones"));
    CHECK(folder.entries() == 3);
}

TEST_CASE("issue 17.14: beside a training that saves there is always a newest one, and never an error") {
    TemporaryFolder folder;
    for (const int keep : {1, 3}) {
        Trained whole;
        Checkpoints checkpoints(folder.path(), {.keep = keep});
        checkpoints.save(whole.trainer);
        std::atomic<bool> ended = false;
        std::thread saving([&] {
            for (int i = 0; i < 120; ++i) {
                step(whole.trainer);
                checkpoints.save(whole.trainer);
            }
            ended = true;
        });
        const Checkpoints looking(folder.path());
        long looks = 0, found = 0;
        std::string words;
        while (!ended) {
            ++looks;
            const std::string error = error_of([&] {
                const LatestCheckpoint latest = looking.latest();
                found += latest.path.has_value() && latest.skipped.empty();
            });
            if (error != "no error") words += error;
        }
        saving.join();
        CHECK(looks > 10);
        CHECK(found == looks);
        CHECK(words.empty());
    }
}

TEST_CASE("files that are not whole are passed over with a word") {
    TemporaryFolder folder;
    Autoencoder trainer;
    Checkpoints checkpoints(folder.path());
    checkpoints.save(trainer);
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
    for (const char* name :
         {".step_.tmp", ".step_1.tmp", ".step_.1.x.tmp", ".step_..0.tmp", "step_.1.0.tmp", ".best.1.0"})
        folder.file(name, "of a user's");
    AtomicFile living(folder / "step_000004.safetensors");
    const Checkpoints checkpoints(folder.path());
    CHECK(folder.entries() == 2 + 6);
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
