// A GPU's program as nvcc writes it for later translation (PTX), ready to be run on the processor by `run`.
#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ptx {

struct Instruction;
struct Kernel;

/// One thread of a block. Registers are numbers of 64 bits, of which a type uses the lowest; constants and what is
/// special, such as %tid.x, have registers too.
struct Thread {
    enum State { running, at_barrier, in_warp, ended };

    std::uint64_t* registers;
    char* shared;  // the block's
    long next = 0;
    State state = running;
    bool carry = false;  // out of the last sum of many words

    template <class T>
    T get(int at) const {
        T value;
        std::memcpy(&value, registers + at, sizeof(T));
        return value;
    }
    template <class T>
    void set(int at, T value) {
        registers[at] = 0;
        std::memcpy(registers + at, &value, sizeof(T));
    }
};

using Step = void (*)(Thread&, const Instruction&);

struct Instruction {
    Step step = nullptr;
    int guard = -1;  // a register of truth; below 0 for none
    bool guard_is = true;
    int count = 0;  // of what is read and written as one, of a memory's values
    int to[8] = {}, from[16] = {};
    long offset = 0;  // of an address
    long target = 0;  // of a branch
    const Kernel* called = nullptr;
};

/// A kernel, or a function that one calls.
struct Kernel {
    struct Parameter {
        long offset, bytes;
    };

    std::string name;
    std::vector<Instruction> code;
    std::vector<std::uint64_t> registers;  // as a thread begins
    std::vector<Parameter> parameters;
    long parameter_bytes = 0, shared_bytes = 0, local_bytes = 0;
    std::map<std::string, int, std::less<>> names;                     // of registers
    std::vector<std::pair<int, long>> parameter_places, local_places;  // registers that point into a memory
    std::vector<int> results;                                          // of a function: where they go

    /// The register of that name, or -1.
    int find(std::string_view register_name) const {
        const auto found = names.find(register_name);
        return found == names.end() ? -1 : found->second;
    }
};

struct Module {
    std::map<std::string, Kernel, std::less<>> kernels, functions;
    std::vector<std::vector<char>> globals;  // what lies in the GPU's memory from the beginning
};

/// What an instruction does. Throws std::runtime_error with its name where that is not known here. `count` is the
/// number of a memory's values.
Step step_of(std::string_view opcode, int& count);

/// Runs a function of a module to its end.
void call(Thread&, const Instruction&);
/// Does nothing but pass the block's threads on, see `run`.
void barrier(Thread&, const Instruction&);
/// Threads of a warp meet, and multiply together.
void multiply_in_warp(Thread&, const Instruction&);

/// Throws std::runtime_error where something is not known here.
Module parse(std::string_view text);

struct Size {
    unsigned x = 1, y = 1, z = 1;
};
/// Runs all blocks. Throws std::runtime_error where threads of a block wait for one that has ended.
void run(const Kernel& kernel, Size blocks, Size threads, std::size_t dynamic_shared, const char* parameters);

}  // namespace ptx
