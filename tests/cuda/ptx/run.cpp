// Runs a kernel on the processor: the threads of a block one after another, from one meeting point to the next.
#include <algorithm>
#include <stdexcept>

#include "ptx/program.hpp"

namespace ptx {
namespace {

constexpr int warp = 32;

/// Runs a thread until it meets others, or ends.
void go_on(Thread& thread, const Kernel& kernel) {
    const Instruction* const code = kernel.code.data();
    while (thread.state == Thread::running) {
        const Instruction& now = code[thread.next++];
        if (now.guard >= 0 && (thread.get<std::uint8_t>(now.guard) != 0) != now.guard_is) continue;
        now.step(thread, now);
    }
}

/// A block at a time: what its threads have.
class Block {
  public:
    Block(const Kernel& kernel, Size blocks, Size threads, std::size_t dynamic_shared, const char* parameters)
        : kernel_(kernel),
          count_(static_cast<int>(threads.x * threads.y * threads.z)),
          registers_(kernel.registers.size() * static_cast<std::size_t>(count_)),
          shared_(static_cast<std::size_t>(kernel.shared_bytes) + dynamic_shared + 64),
          local_(static_cast<std::size_t>((kernel.local_bytes + 15) / 16 * 16 * count_) + 16),
          threads_(static_cast<std::size_t>(count_)) {
        const auto place = [&](int at, std::uint64_t value) { first_.at(static_cast<std::size_t>(at)) = value; };
        first_ = kernel.registers;
        const auto special = [&](const char* name, unsigned value) { place(kernel.find(name), value); };
        special("%ntid.x", threads.x);
        special("%ntid.y", threads.y);
        special("%ntid.z", threads.z);
        special("%nctaid.x", blocks.x);
        special("%nctaid.y", blocks.y);
        special("%nctaid.z", blocks.z);
        for (const auto& [at, offset] : kernel.parameter_places) place(at, address(parameters + offset));
        tid_[0] = kernel.find("%tid.x");
        tid_[1] = kernel.find("%tid.y");
        tid_[2] = kernel.find("%tid.z");
        lane_ = kernel.find("%laneid");
        size_ = threads;
    }

    void run(unsigned x, unsigned y, unsigned z) {
        begin(x, y, z);
        for (bool all_ended = false; !all_ended;) {
            for (Thread& thread : threads_) go_on(thread, kernel_);
            bool waiting = false, in_warp = false;
            all_ended = true;
            for (const Thread& thread : threads_) {
                waiting = waiting || thread.state == Thread::at_barrier;
                in_warp = in_warp || thread.state == Thread::in_warp;
                all_ended = all_ended && thread.state == Thread::ended;
            }
            if (in_warp) {
                meet_in_warps();
            } else if (waiting) {
                for (Thread& thread : threads_) {
                    if (thread.state == Thread::ended)
                        throw std::runtime_error(kernel_.name + ": threads wait for one that has ended");
                    thread.state = Thread::running;
                }
            }
        }
    }

  private:
    static std::uint64_t address(const void* memory) { return reinterpret_cast<std::uint64_t>(memory); }

    void begin(unsigned x, unsigned y, unsigned z) {
        std::fill(shared_.begin(), shared_.end(), '\x7f');  // who reads what nobody wrote finds no sensible number
        const auto place = [&](const char* name, unsigned value) {
            first_[static_cast<std::size_t>(kernel_.find(name))] = value;
        };
        place("%ctaid.x", x);
        place("%ctaid.y", y);
        place("%ctaid.z", z);
        char* const shared = reinterpret_cast<char*>((address(shared_.data()) + 15) / 16 * 16);
        for (int number = 0; number < count_; ++number) {
            Thread& thread = threads_[static_cast<std::size_t>(number)];
            thread = {.registers = registers_.data() + kernel_.registers.size() * static_cast<std::size_t>(number),
                      .shared = shared};
            std::copy(first_.begin(), first_.end(), thread.registers);
            const unsigned at = static_cast<unsigned>(number);
            thread.set(tid_[0], at % size_.x);
            thread.set(tid_[1], at / size_.x % size_.y);
            thread.set(tid_[2], at / size_.x / size_.y);
            thread.set(lane_, at % warp);
            char* const local = local_.data() + (kernel_.local_bytes + 15) / 16 * 16 * number;
            for (const auto& [to, offset] : kernel_.local_places) thread.set(to, address(local + offset));
        }
    }

    /// a (16, 8) times b (8, 8) plus c (16, 8), whose values lie with the lanes as the instruction's description says.
    void meet_in_warps() {
        for (int first = 0; first < count_; first += warp) {
            Thread* const lanes = threads_.data() + first;
            if (lanes[0].state != Thread::in_warp) continue;
            float a[16][8], b[8][8], sums[16][8];
            const auto at = [&](int lane) -> const Instruction& {
                const Thread& thread = lanes[lane];
                if (first + lane >= count_ || thread.state != Thread::in_warp || thread.next != lanes[0].next)
                    throw std::runtime_error(kernel_.name + ": a warp's threads are apart where they multiply");
                return kernel_.code[static_cast<std::size_t>(thread.next - 1)];
            };
            for (int lane = 0; lane < warp; ++lane) {
                const Instruction& now = at(lane);
                const auto value = [&](int number) { return lanes[lane].get<float>(now.from[number]); };
                const int group = lane / 4, place = lane % 4;
                for (int i = 0; i < 4; ++i) a[group + i % 2 * 8][place + i / 2 * 4] = value(i);
                for (int i = 0; i < 2; ++i) b[place + i * 4][group] = value(4 + i);
                for (int i = 0; i < 4; ++i) sums[group + i / 2 * 8][place * 2 + i % 2] = value(6 + i);
            }
            for (int row = 0; row < 16; ++row)
                for (int column = 0; column < 8; ++column)
                    for (int k = 0; k < 8; ++k) sums[row][column] += a[row][k] * b[k][column];
            for (int lane = 0; lane < warp; ++lane) {
                const Instruction& now = at(lane);
                for (int i = 0; i < 4; ++i)
                    lanes[lane].set(now.to[i], sums[lane / 4 + i / 2 * 8][lane % 4 * 2 + i % 2]);
            }
            for (int lane = 0; lane < warp; ++lane) lanes[lane].state = Thread::running;
        }
    }

    const Kernel& kernel_;
    int count_;
    std::vector<std::uint64_t> registers_, first_;
    std::vector<char> shared_, local_;
    std::vector<Thread> threads_;
    int tid_[3], lane_;
    Size size_;
};

}  // namespace

void call(Thread& caller, const Instruction& from) {
    const Kernel& function = *from.called;
    std::vector<std::uint64_t> registers = function.registers;
    std::vector<std::uint64_t> local(static_cast<std::size_t>(function.local_bytes / 8 + 2));
    Thread thread{.registers = registers.data(), .shared = caller.shared};
    for (std::size_t at = 0; at < function.parameter_places.size(); ++at)
        thread.set(function.parameter_places[at].first, caller.get<std::uint64_t>(from.from[at]));
    for (const int result : function.results) thread.set(result, caller.get<std::uint64_t>(from.to[0]));
    for (const auto& [to, offset] : function.local_places)
        thread.set(to, reinterpret_cast<std::uint64_t>(local.data()) + static_cast<std::uint64_t>(offset));
    go_on(thread, function);
    if (thread.state != Thread::ended) throw std::runtime_error(function.name + ": threads meet within a function");
}
void barrier(Thread& thread, const Instruction&) {
    thread.state = Thread::at_barrier;
}
void multiply_in_warp(Thread& thread, const Instruction&) {
    thread.state = Thread::in_warp;
}

void run(const Kernel& kernel, Size blocks, Size threads, std::size_t dynamic_shared, const char* parameters) {
    const long all = static_cast<long>(blocks.x) * blocks.y * blocks.z;
    std::string fault;
#pragma omp parallel if (all > 1)
    {
        Block block(kernel, blocks, threads, dynamic_shared, parameters);
#pragma omp for schedule(dynamic)
        for (long number = 0; number < all; ++number) {
            try {
                const auto at = static_cast<unsigned long>(number);
                block.run(static_cast<unsigned>(at % blocks.x), static_cast<unsigned>(at / blocks.x % blocks.y),
                          static_cast<unsigned>(at / blocks.x / blocks.y));
            } catch (const std::runtime_error& error) {
#pragma omp critical
                fault = error.what();
            }
        }
    }
    if (!fault.empty()) throw std::runtime_error(fault);
}

}  // namespace ptx
