// A training that is stopped and resumed has the bytes of one that never stopped. Press Ctrl-C, and start it again.
//     g++ -std=c++20 -O2 -march=native -fopenmp -I include examples/08_stop_and_resume.cpp -lpng -lz
//     build/examples/08_stop_and_resume [STEPS] [DATA]     DATA: fashion-mnist, mnist, or a folder of PNG files
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <genotype/checkpoint.hpp>
#include <genotype/data.hpp>
#include <genotype/genotype.hpp>
#include <genotype/io.hpp>
#include <string>

using namespace genotype;

using ImageVae = VAE<784, 256, 20>;
using Values = Shape<784>;

int main(int argc, char** argv) try {
    const long steps = argc > 1 ? std::atol(argv[1]) : 5000;
    const std::string data = argc > 2 ? argv[2] : "fashion-mnist";
    if (steps < 1 || (argc > 1 && std::to_string(steps) != argv[1])) {
        std::puts("usage: 08_stop_and_resume [STEPS] [DATA]     (until step 5000, of fashion-mnist)");
        return argc > 1 && std::string(argv[1]) == "--help" ? 0 : 2;
    }
    const std::filesystem::path out = "out/08_stop_and_resume";

    const Dataset<Values> images(to_grey(load_images(data, Split::train, ImageSize{28, 28})), Range{0, 1});
    Loader loader(images, {.batch = 64, .seed = 0});
    Trainer<ImageVae> trainer({.optimizer = Adam{.learning_rate = 1e-3f}, .batch = 64, .seed = 0});
    History history({"reconstruction", "kl"});  // a row a step

    // One file holds weights, the optimiser's state, random states, the loader's position, all options and the history.
    Checkpoints checkpoints(out / "checkpoints", {.keep = 3});
    if (const auto latest = checkpoints.latest(); latest.path) {
        trainer.resume(*latest.path, loader, history);  // another model or other options are an Error that lists them
        std::printf("resumed at step %ld from %s\n", trainer.steps(), latest.path->c_str());
    }
    if (trainer.steps() >= steps)
        std::printf("all %ld steps are done; give it more, or remove %s\n", steps, out.c_str());

    const Interrupt interrupt;  // notes Ctrl-C, SIGTERM, a closed terminal, and what batch systems send before a kill
    bool saved = true;
    while (trainer.steps() < steps && !interrupt.asked()) {
        const VaeLosses losses = trainer.step(loader.next());
        history.add({losses.reconstruction, losses.kl});
        saved = false;
        if (trainer.steps() % 500 != 0) continue;
        std::printf("step %ld: reconstruction %.2f, KL %.2f\n", trainer.steps(), losses.reconstruction, losses.kl);
        checkpoints.save(trainer, loader, history);  // whole on disk before an older one is removed
        saved = true;
    }
    if (!saved) std::printf("saved: %s\n", checkpoints.save(trainer, loader, history).c_str());

    // The curves have no gap, however often it was stopped.
    Series reconstruction{"reconstruction", {}, history.column(0)}, kl{"KL", {}, history.column(1)};
    for (long step = 1; step <= history.rows(); ++step) {
        reconstruction.x.push_back(static_cast<double>(step));
        kl.x.push_back(static_cast<double>(step));
    }
    const Series curves[]{reconstruction, kl};
    save_png(line_chart(curves, {.title = "A VAE", .x_label = "step", .y_label = "loss an image", .smooth = 50}),
             out / "losses.png");
    std::printf("written: %s/losses.png\n", out.c_str());
    return interrupt.asked() ? 128 + interrupt.signal() : 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
}
