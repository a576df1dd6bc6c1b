// What two_files.cu has of its program's other file.
#pragma once

#include <vector>

/// `x` with a norm of 1, by the kernels of two_files_other.cu.
std::vector<float> clipped_in_another_file(const std::vector<float>& x);
