// Products of matrices by NVIDIA's cuBLASLt, in programs that define GENOTYPE_WITH_CUBLASLT and are linked with it.
#pragma once

#include <cublasLt.h>

#include <concepts>
#include <cstdint>

#include "genotype/kernels/cuda/system.hpp"
#include "genotype/kernels/portable/split_product.hpp"

namespace genotype::inline v0_1::kernels::detail {

/// Throws `Error` with the call's name and cuBLAS's own words where `result` is not success.
inline void cublas_check(const char* call, cublasStatus_t result) {
    if (result != CUBLAS_STATUS_SUCCESS)
        fail("Cuda", call,
             genotype::detail::concat(cublasLtGetStatusName(result), " (", cublasLtGetStatusString(result), ")"),
             "success");
}

/// Owns what cuBLASLt keeps for a thread.
class CublasHandle {
  public:
    CublasHandle() { cublas_check("cublasLtCreate", cublasLtCreate(&handle_)); }
    CublasHandle(const CublasHandle&) = delete;
    CublasHandle& operator=(const CublasHandle&) = delete;
    ~CublasHandle() { cublasLtDestroy(handle_); }

    /// The calling thread's. A device is a tag and carries nothing, and a plan's memory is floats, so there is no other
    /// place for it; made by the thread's first product, for the GPU that is current then.
    static cublasLtHandle_t own() {
        static thread_local const CublasHandle handle;
        return handle.handle_;
    }

  private:
    cublasLtHandle_t handle_ = nullptr;
};

/// A side of a product as it lies in memory: rows of `pitch` values. Transposed: the product reads its columns as rows.
struct CublasSide {
    const float* values;
    long pitch;
    bool transposed;

    CublasSide(const Matrix& matrix) : values(matrix.values), pitch(matrix.columns), transposed(false) {}
    CublasSide(const TransposedMatrix& matrix) : values(matrix.values), pitch(matrix.rows), transposed(true) {}
};

struct CublasProduct {
    long rows, terms, columns;
    CublasSide left, right;
    const float* bias;   // null: none
    const float* added;  // as many values as the product; may be where it goes; null: none
    float* to;
    KnownFunction function = KnownFunction::none;  // behind both
};

/// The word for a function, after a bias or without one.
constexpr cublasLtEpilogue_t cublas_epilogue(KnownFunction function, bool bias) {
    if (function == KnownFunction::relu) return bias ? CUBLASLT_EPILOGUE_RELU_BIAS : CUBLASLT_EPILOGUE_RELU;
    if (function == KnownFunction::gelu_tanh) return bias ? CUBLASLT_EPILOGUE_GELU_BIAS : CUBLASLT_EPILOGUE_GELU;
    return bias ? CUBLASLT_EPILOGUE_BIAS : CUBLASLT_EPILOGUE_DEFAULT;
}

/// The largest power of two, up to 256, by which an address can be divided.
inline std::uint32_t alignment_of(const void* address) {
    const auto bits = reinterpret_cast<std::uintptr_t>(address) | 256;
    return static_cast<std::uint32_t>(bits & (~bits + 1));
}

/// cuBLAS's matrices lie column after column. What lies row after row is the transpose to it, so it multiplies the
/// transposes in the other order: its first side is our right one. Nothing is allocated; the calls' descriptions lie on
/// the stack, and only `scratch` is used on the GPU.
inline void cublas_multiply(cublasComputeType_t precision, const CublasProduct& p, const MemoryRegion& scratch,
                            long scratch_floats) {
    cublasLtMatmulDescOpaque_t how;
    cublas_check("cublasLtMatmulDescInit", cublasLtMatmulDescInit(&how, precision, CUDA_R_32F));
    const auto set = [&](cublasLtMatmulDescAttributes_t attribute, const auto& value) {
        cublas_check("cublasLtMatmulDescSetAttribute",
                     cublasLtMatmulDescSetAttribute(&how, attribute, &value, sizeof(value)));
    };
    set(CUBLASLT_MATMUL_DESC_TRANSA, p.right.transposed ? CUBLAS_OP_T : CUBLAS_OP_N);
    set(CUBLASLT_MATMUL_DESC_TRANSB, p.left.transposed ? CUBLAS_OP_T : CUBLAS_OP_N);
    set(CUBLASLT_MATMUL_DESC_EPILOGUE, cublas_epilogue(p.function, p.bias));
    if (p.bias) set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, p.bias);

    cublasLtMatrixLayoutOpaque_t right, left, to;
    const auto layout = [](cublasLtMatrixLayout_t matrix, long rows, long pitch) {
        cublas_check("cublasLtMatrixLayoutInit",
                     cublasLtMatrixLayoutInit(matrix, CUDA_R_32F, static_cast<std::uint64_t>(pitch),
                                              static_cast<std::uint64_t>(rows), pitch));
    };
    layout(&right, p.right.transposed ? p.columns : p.terms, p.right.pitch);
    layout(&left, p.left.transposed ? p.terms : p.rows, p.left.pitch);
    layout(&to, p.rows, p.columns);

    // A place that is aligned as cuBLAS wants it; a plan aligns to 64 bytes.
    constexpr std::uintptr_t wanted = 256;
    const auto begin = reinterpret_cast<std::uintptr_t>(scratch.fixed);
    const long skipped = static_cast<long>((wanted - begin % wanted) % wanted / sizeof(float));
    float* const place = scratch.fixed ? scratch.fixed + skipped : nullptr;
    const std::size_t bytes = place ? bytes_of(scratch_floats - skipped) : 0;

    cublasLtMatmulPreferenceOpaque_t wish;
    cublas_check("cublasLtMatmulPreferenceInit", cublasLtMatmulPreferenceInit(&wish));
    const auto prefer = [&](cublasLtMatmulPreferenceAttributes_t attribute, const auto& value) {
        cublas_check("cublasLtMatmulPreferenceSetAttribute",
                     cublasLtMatmulPreferenceSetAttribute(&wish, attribute, &value, sizeof(value)));
    };
    prefer(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, static_cast<std::uint64_t>(bytes));
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, alignment_of(p.right.values));
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, alignment_of(p.left.values));
    const float* const before = p.added ? p.added : p.to;
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, alignment_of(before));
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, alignment_of(p.to));

    cublasLtMatmulHeuristicResult_t found;
    int count = 0;
    cublas_check(
        "cublasLtMatmulAlgoGetHeuristic",
        cublasLtMatmulAlgoGetHeuristic(CublasHandle::own(), &how, &right, &left, &to, &to, &wish, 1, &found, &count));
    cublas_check("cublasLtMatmulAlgoGetHeuristic", count ? found.state : CUBLAS_STATUS_NOT_SUPPORTED);
    const float one = 1, times_before = p.added ? 1 : 0;
    cublas_check("cublasLtMatmul",
                 cublasLtMatmul(CublasHandle::own(), &how, &one, p.right.values, &right, p.left.values, &left,
                                &times_before, before, &to, p.to, &to, &found.algo, place, bytes, cudaStreamPerThread));
}

template <OnCuda System>
void cublas_multiply(Thrust<System> device, const MemoryRegion& scratch, const CublasProduct& product) {
    cublas_multiply(System::tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F, product, scratch,
                    product_scratch(device).fixed);
}

/// Whether there is something for cuBLAS, which knows no empty matrix.
constexpr bool for_cublas(long rows, long terms, long columns) {
    return rows > 0 && terms > 0 && columns > 0;
}

/// See the generic ones. Few rows, and sums of nothing, are made as without cuBLAS. What cuBLAS does not do to a
/// product's values in the end is a launch more.
template <OnCuda System, class Right, class Function>
requires std::convertible_to<Right, CublasSide>
void multiply_by_weights(Thrust<System> device, const MemoryRegion& scratch, long rows, long terms, long columns,
                         Matrix left, Right right, WithBias<Function> store) {
    if (rows <= most_few_rows) return multiply_few(device, rows, terms, columns, left, right, store);
    if (!for_cublas(rows, terms, columns)) return multiply(device, rows, terms, columns, left, right, store);
    const Epilogue<Function> end = store.end;
    float* const to = store.to;
    CublasProduct product{rows, terms, columns, left, right, store.bias, nullptr, to};
    if constexpr (known_function<Function> == KnownFunction::none) {
        product.added = end.added;
        cublas_multiply(device, scratch, product);
    } else if (known_function<Function> != KnownFunction::other && !end.before && !end.added) {
        product.function = known_function<Function>;
        cublas_multiply(device, scratch, product);
    } else {
        cublas_multiply(device, scratch, product);
        each_value(device, rows * columns, [=] GENOTYPE_KERNEL(long at) { to[at] = end(at, to[at]); });
    }
}
template <OnCuda System>
void multiply_with(Thrust<System> device, const MemoryRegion& scratch, long rows, long terms, long columns,
                   TransposedMatrix left, Matrix right, ToGradient store) {
    if (for_cublas(rows, terms, columns))
        cublas_multiply(
            device, scratch,
            {rows, terms, columns, left, right, nullptr, store.accumulate ? store.gradient : nullptr, store.gradient});
    else
        multiply(device, rows, terms, columns, left, right, store);
}

}  // namespace genotype::inline v0_1::kernels::detail
