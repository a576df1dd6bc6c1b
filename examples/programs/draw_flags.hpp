// The flags of `draw`.
#pragma once

#include <string>

#include "vae_settings.hpp"

namespace example {

struct DrawFlags {
    VaeSettings settings{};
    std::string prompt{};
    int count = 1;
    std::filesystem::path model{};

    /// Reads the command line, sets the number of threads and makes the folder `out`. False where there is nothing more
    /// to do (--help, or a wrong flag, which has been reported): the program then ends with `exit_code`.
    bool parse(int argc, char** argv);

    int exit_code = 0;
};

}  // namespace example
