// Stands in for cuBLASLt where there is no GPU: multiplies what it is told of in the host's memory, as it is told, and
// refuses what cuBLASLt refuses. A program is linked with it instead of the real library.
#include "cublas_stand_in.hpp"

#include <cublasLt.h>
#include <cuda_runtime_api.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <numbers>

namespace {

struct How {
    cublasComputeType_t precision;
    std::int32_t transposed_a, transposed_b;
    std::uint32_t epilogue;
    const float* bias;
};
struct Layout {
    std::uint64_t rows, columns;
    std::int64_t pitch;
};
struct Wish {
    std::uint64_t workspace;
    std::uint32_t a, b, c, d;  // bytes by which addresses can be divided
};
static_assert(sizeof(How) <= sizeof(cublasLtMatmulDescOpaque_t));
static_assert(sizeof(Layout) <= sizeof(cublasLtMatrixLayoutOpaque_t));
static_assert(sizeof(Wish) <= sizeof(cublasLtMatmulPreferenceOpaque_t) && sizeof(Wish) <= sizeof(cublasLtMatmulAlgo_t));

cublas_stand_in::Counts all;
std::string refused;

/// What the program has put together, from the place that it has given for it.
template <class T, class Place>
T read(const Place* place) {
    T value;
    std::memcpy(&value, place, sizeof(T));
    return value;
}
template <class Place, class T>
void write(Place* place, const T& value) {
    std::memcpy(place, &value, sizeof(T));
}

cublasStatus_t answer(const char* call, bool right) {
    if (refused == call) return CUBLAS_STATUS_INTERNAL_ERROR;
    return right ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_INVALID_VALUE;
}

/// Sets a field from a value of its size.
template <class T>
bool take(T& field, const void* value, std::size_t bytes) {
    if (bytes != sizeof(T)) return false;
    std::memcpy(&field, value, bytes);
    return true;
}

bool is_transposition(std::int32_t operation) {
    return operation == CUBLAS_OP_N || operation == CUBLAS_OP_T;
}

/// Rows and columns of op(matrix).
Layout after(std::int32_t operation, Layout matrix) {
    if (operation == CUBLAS_OP_T) std::swap(matrix.rows, matrix.columns);
    return matrix;
}

bool fits(const How& how, const Layout& a, const Layout& b, const Layout& d) {
    if (!is_transposition(how.transposed_a) || !is_transposition(how.transposed_b)) return false;
    for (const Layout& matrix : {a, b, d})
        if (matrix.rows == 0 || matrix.columns == 0 || matrix.pitch < static_cast<std::int64_t>(matrix.rows))
            return false;
    const Layout left = after(how.transposed_a, a), right = after(how.transposed_b, b);
    return left.columns == right.rows && left.rows == d.rows && right.columns == d.columns &&
           (how.epilogue == CUBLASLT_EPILOGUE_DEFAULT || how.epilogue == CUBLASLT_EPILOGUE_RELU ||
            how.epilogue == CUBLASLT_EPILOGUE_GELU || (how.epilogue & CUBLASLT_EPILOGUE_BIAS && how.bias));
}

bool divides(std::uint32_t bytes, const void* address) {
    return bytes != 0 && reinterpret_cast<std::uintptr_t>(address) % bytes == 0;
}

/// 10 bits of fraction.
float rounded(float value) {
    int exponent = 0;
    const float fraction = std::frexp(value, &exponent);
    return std::ldexp(std::round(std::ldexp(fraction, 11)), exponent - 11);
}

}  // namespace

namespace cublas_stand_in {
const Counts& counts() {
    return all;
}
void refuse(const std::string& call) {
    refused = call;
}
}  // namespace cublas_stand_in

extern "C" {

cublasStatus_t cublasLtCreate(cublasLtHandle_t* handle) {
    static int place;
    if (const cublasStatus_t status = answer("cublasLtCreate", true)) return status;
    ++all.created;
    *handle = reinterpret_cast<cublasLtHandle_t>(&place);
    return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtDestroy(cublasLtHandle_t) {
    ++all.destroyed;
    return CUBLAS_STATUS_SUCCESS;
}
const char* cublasLtGetStatusName(cublasStatus_t status) {
    return status == CUBLAS_STATUS_INTERNAL_ERROR  ? "CUBLAS_STATUS_INTERNAL_ERROR"
           : status == CUBLAS_STATUS_NOT_SUPPORTED ? "CUBLAS_STATUS_NOT_SUPPORTED"
                                                   : "CUBLAS_STATUS_INVALID_VALUE";
}
const char* cublasLtGetStatusString(cublasStatus_t) {
    return "words of the stand-in's";
}

cublasStatus_t cublasLtMatmulDescInit_internal(cublasLtMatmulDesc_t how, std::size_t bytes,
                                               cublasComputeType_t precision, cudaDataType_t scale) {
    write(how, How{precision, CUBLAS_OP_N, CUBLAS_OP_N, CUBLASLT_EPILOGUE_DEFAULT, nullptr});
    return answer("cublasLtMatmulDescInit", bytes == sizeof(*how) && scale == CUDA_R_32F);
}
cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t how, cublasLtMatmulDescAttributes_t attribute,
                                              const void* value, std::size_t bytes) {
    How own = read<How>(how);
    const bool taken = attribute == CUBLASLT_MATMUL_DESC_TRANSA         ? take(own.transposed_a, value, bytes)
                       : attribute == CUBLASLT_MATMUL_DESC_TRANSB       ? take(own.transposed_b, value, bytes)
                       : attribute == CUBLASLT_MATMUL_DESC_EPILOGUE     ? take(own.epilogue, value, bytes)
                       : attribute == CUBLASLT_MATMUL_DESC_BIAS_POINTER ? take(own.bias, value, bytes)
                                                                        : false;
    write(how, own);
    return answer("cublasLtMatmulDescSetAttribute", taken);
}
cublasStatus_t cublasLtMatrixLayoutInit_internal(cublasLtMatrixLayout_t matrix, std::size_t bytes, cudaDataType type,
                                                 std::uint64_t rows, std::uint64_t columns, std::int64_t pitch) {
    write(matrix, Layout{rows, columns, pitch});
    return answer("cublasLtMatrixLayoutInit", bytes == sizeof(*matrix) && type == CUDA_R_32F);
}
cublasStatus_t cublasLtMatmulPreferenceInit_internal(cublasLtMatmulPreference_t wish, std::size_t bytes) {
    write(wish, Wish{0, 256, 256, 256, 256});
    return answer("cublasLtMatmulPreferenceInit", bytes == sizeof(*wish));
}
cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t wish,
                                                    cublasLtMatmulPreferenceAttributes_t attribute, const void* value,
                                                    std::size_t bytes) {
    Wish own = read<Wish>(wish);
    const bool taken = attribute == CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES     ? take(own.workspace, value, bytes)
                       : attribute == CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES ? take(own.a, value, bytes)
                       : attribute == CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES ? take(own.b, value, bytes)
                       : attribute == CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES ? take(own.c, value, bytes)
                       : attribute == CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES ? take(own.d, value, bytes)
                                                                                 : false;
    write(wish, own);
    return answer("cublasLtMatmulPreferenceSetAttribute", taken);
}

/// The algorithm that it finds needs all of what was promised.
cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t, cublasLtMatmulDesc_t how, cublasLtMatrixLayout_t a,
                                              cublasLtMatrixLayout_t b, cublasLtMatrixLayout_t c,
                                              cublasLtMatrixLayout_t d, cublasLtMatmulPreference_t wish, int wanted,
                                              cublasLtMatmulHeuristicResult_t* found, int* count) {
    const bool right = wanted == 1 && c == d && fits(read<How>(how), read<Layout>(a), read<Layout>(b), read<Layout>(d));
    *count = refused == "nothing" ? 0 : 1;
    write(&found->algo, read<Wish>(wish));
    found->state = CUBLAS_STATUS_SUCCESS;
    found->workspaceSize = read<Wish>(wish).workspace;
    return answer("cublasLtMatmulAlgoGetHeuristic", right);
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t handle, cublasLtMatmulDesc_t how, const void* alpha, const void* a,
                              cublasLtMatrixLayout_t of_a, const void* b, cublasLtMatrixLayout_t of_b, const void* beta,
                              const void* c, cublasLtMatrixLayout_t of_c, void* d, cublasLtMatrixLayout_t of_d,
                              const cublasLtMatmulAlgo_t* algorithm, void* workspace, std::size_t workspace_bytes,
                              cudaStream_t stream) {
    const How own = read<How>(how);
    const Layout left = read<Layout>(of_a), right = read<Layout>(of_b), to = read<Layout>(of_d);
    const Wish needs = read<Wish>(algorithm);
    const bool asked_well = handle && of_c == of_d && fits(own, left, right, to) && divides(needs.a, a) &&
                            divides(needs.b, b) && divides(needs.c, c) && divides(needs.d, d) &&
                            workspace_bytes >= needs.workspace && divides(256, workspace) &&
                            stream == cudaStreamPerThread;
    if (const cublasStatus_t status = answer("cublasLtMatmul", asked_well)) return status;
    ++all.products;
    all.workspace_bytes = workspace_bytes;
    std::memset(workspace, -1, workspace_bytes);
    const auto value = [&](const void* values, const Layout& matrix, std::int32_t operation, std::uint64_t row,
                           std::uint64_t column) {
        if (operation == CUBLAS_OP_T) std::swap(row, column);
        const float found = static_cast<const float*>(values)[row + column * static_cast<std::uint64_t>(matrix.pitch)];
        return static_cast<double>(own.precision == CUBLAS_COMPUTE_32F_FAST_TF32 ? rounded(found) : found);
    };
    const std::uint64_t terms = after(own.transposed_a, left).columns;
    for (std::uint64_t row = 0; row < to.rows; ++row)
        for (std::uint64_t column = 0; column < to.columns; ++column) {
            double sum = 0;
            for (std::uint64_t k = 0; k < terms; ++k)
                sum += value(a, left, own.transposed_a, row, k) * value(b, right, own.transposed_b, k, column);
            const std::uint64_t at = row + column * static_cast<std::uint64_t>(to.pitch);
            const float factor = *static_cast<const float*>(beta);
            const double before =
                factor == 0 ? 0 : static_cast<double>(factor) * static_cast<double>(static_cast<const float*>(c)[at]);
            const double bias = own.epilogue & CUBLASLT_EPILOGUE_BIAS ? static_cast<double>(own.bias[row]) : 0;
            double found = static_cast<double>(*static_cast<const float*>(alpha)) * sum + before + bias;
            if (own.epilogue & CUBLASLT_EPILOGUE_RELU) found = std::max(found, 0.0);
            if (own.epilogue & CUBLASLT_EPILOGUE_GELU)
                found *=
                    0.5 * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (found + 0.044715 * found * found * found)));
            static_cast<float*>(d)[at] = static_cast<float>(found);
        }
    return CUBLAS_STATUS_SUCCESS;
}
}
