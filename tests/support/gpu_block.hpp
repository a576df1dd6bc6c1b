// A block of a GPU's threads, by threads of the processor.
#pragma once

#include <algorithm>
#include <barrier>
#include <thread>
#include <vector>

namespace gpu_block {

/// What the 32 threads of a warp hold of both sides of their step.
struct Warp {
    float left[32][4], right[32][2];
};

class Block {
  public:
    Block(int thread, int threads, std::barrier<>& barrier, Warp* warps)
        : thread_(thread), threads_(threads), barrier_(&barrier), warp_(warps + thread / 32) {}

    int thread() const { return thread_; }
    int threads() const { return threads_; }
    void sync() const { barrier_->arrive_and_wait(); }

    /// PTX's mma.m16n8k8 for tf32, as its document has it. All of the block's threads must come here equally often.
    void multiply(const float (&left)[4], const float (&right)[2], float (&sums)[4]) const {
        const int lane = thread_ % 32, group = lane >> 2, in_group = lane % 4;
        std::copy_n(left, 4, warp_->left[lane]);
        std::copy_n(right, 2, warp_->right[lane]);
        sync();
        for (int i = 0; i < 4; ++i) {
            const int row = i < 2 ? group : group + 8, column = in_group * 2 + (i & 1);
            for (int k = 0; k < 8; ++k) {
                const int of_left = (row % 8) * 4 + k % 4, of_right = column * 4 + k % 4;
                const float value = warp_->left[of_left][row / 8 + k / 4 * 2] * warp_->right[of_right][k / 4];
                sums[i] += value;
            }
        }
        sync();
    }

  private:
    int thread_, threads_;
    std::barrier<>* barrier_;
    Warp* warp_;
};

/// work(block) by each thread of a block.
template <class Work>
void run_block(int threads, Work work) {
    std::barrier<> barrier(threads);
    std::vector<Warp> warps(static_cast<unsigned>(threads / 32));
    std::vector<std::jthread> running;
    for (int thread = 0; thread < threads; ++thread)
        running.emplace_back([&, thread] { work(Block(thread, threads, barrier, warps.data())); });
}

}  // namespace gpu_block
