// The tangent of norms of single samples, and its backward, from one source for all devices.
//
// With a the inverse deviation, u = a (x - mean) and <> a mean over the group, the derivative of u along tx is
//     tu = a (tx - <tx> - u <u tx>),
// a symmetric map of tx. Of a function with the gradients p by u and q by tu, those by tx and x are
//     dtx = a (q - <q> - u <u q>)
//     dx  = a (r - <r> - u (<u r> + s)),   r = p - a (<u q> tx + <u tx> q),
//                                          s = a (<q tx> - <tx> <q> - <u tx> <u q>),
// where the first part of r comes through u and the others through the two places of u in tu, and s through a. Where
// the mean is not taken away, <tx>, <q> and <r> are not either.
#pragma once

#include <cmath>

#include "genotype/kernels/norm_shape.hpp"
#include "genotype/shape/both.hpp"

namespace genotype::inline v0_1::kernels {
namespace detail {

/// What is known of a group beside its values: the means of the formulas above.
struct NormMoments {
    float mean, inverse;  // of x
    float tx, utx;        // <tx>, <u tx>
    float q, uq, qtx;     // <q>, <u q>, <q tx>
    float p, up;          // <p>, <u p>
};
static_assert(sizeof(NormMoments) == NormShape::moments * sizeof(float));

/// The arrays of a call; those that are not there are null. A weight that is not there is 1.
struct NormArrays {
    NormShape shape;
    const float *x, *tx, *weight, *dy, *dty;
    float* moments;

    GENOTYPE_BOTH float by_weight(const float* gradient, long at) const {
        if (!gradient) return 0;
        return weight ? gradient[at] * weight[at % shape.channels] : gradient[at];
    }
    GENOTYPE_BOTH long task_of(long at) const {
        return at / shape.count() * shape.groups + at % shape.channels / shape.width();
    }
    GENOTYPE_BOTH NormMoments& moments_of(long task) const { return reinterpret_cast<NormMoments*>(moments)[task]; }
    GENOTYPE_BOTH float tangent(const NormMoments& m, long at) const {
        const float u = m.inverse * (x[at] - m.mean);
        return m.inverse * (tx[at] - m.tx - u * m.utx);
    }
};

/// Makes the moments of one group.
struct FindNormMoments : NormArrays {
    GENOTYPE_BOTH void operator()(long task) const {
        const long width = shape.width(), sample = task / shape.groups, group = task % shape.groups;
        const long first = sample * shape.count() + group * width;
        const double values = static_cast<double>(shape.pixels * width);
        double sum = 0, sum_tx = 0, sum_q = 0, sum_p = 0;
        if (shape.centred)
            for (long pixel = 0; pixel < shape.pixels; ++pixel)
                for (long at = first + pixel * shape.channels, end = at + width; at < end; ++at) {
                    sum += static_cast<double>(x[at]);
                    sum_tx += static_cast<double>(tx[at]);
                    sum_q += static_cast<double>(by_weight(dty, at));
                    sum_p += static_cast<double>(by_weight(dy, at));
                }
        const double mean = sum / values;
        double squares = 0, with_tx = 0, with_q = 0, with_p = 0, q_tx = 0;
        for (long pixel = 0; pixel < shape.pixels; ++pixel)
            for (long at = first + pixel * shape.channels, end = at + width; at < end; ++at) {
                const double from_mean = static_cast<double>(x[at]) - mean, q = static_cast<double>(by_weight(dty, at));
                squares += from_mean * from_mean;
                with_tx += from_mean * static_cast<double>(tx[at]);
                with_q += from_mean * q;
                with_p += from_mean * static_cast<double>(by_weight(dy, at));
                q_tx += q * static_cast<double>(tx[at]);
            }
        const double inverse = 1 / std::sqrt(squares / values + static_cast<double>(shape.epsilon));
        const auto part = [=](double of) { return static_cast<float>(of / values); };
        moments_of(task) = {static_cast<float>(mean),
                            static_cast<float>(inverse),
                            part(sum_tx),
                            part(inverse * with_tx),
                            part(sum_q),
                            part(inverse * with_q),
                            part(q_tx),
                            part(sum_p),
                            part(inverse * with_p)};
    }
};

/// Makes one value of ty.
struct NormTangentValue : NormArrays {
    float* ty;

    GENOTYPE_BOTH void operator()(long at) const {
        const float value = tangent(moments_of(task_of(at)), at);
        ty[at] = weight ? value * weight[at % shape.channels] : value;
    }
};

/// Makes one value of dx and of dtx.
struct NormTangentGradient : NormArrays {
    float *dx, *dtx;

    GENOTYPE_BOTH void operator()(long at) const {
        const NormMoments m = moments_of(task_of(at));
        const float a = m.inverse, u = a * (x[at] - m.mean), q = by_weight(dty, at);
        if (dtx) dtx[at] = a * (q - m.q - u * m.uq);
        if (!dx) return;
        const float r = by_weight(dy, at) - a * (m.uq * tx[at] + m.utx * q);
        const float mean_r = shape.centred ? m.p - a * (m.uq * m.tx + m.utx * m.q) : 0;
        const float mean_ur = m.up - 2 * a * m.utx * m.uq;
        const float s = a * (m.qtx - m.tx * m.q - m.utx * m.uq);
        dx[at] = a * (r - mean_r - u * (mean_ur + s));
    }
};

/// Makes the gradients by one channel's weight and bias.
struct NormTangentWeights : NormArrays {
    long samples;
    float *dweight, *dbias;
    bool accumulate;

    GENOTYPE_BOTH void operator()(long channel) const {
        double by_scale = 0, by_shift = 0;
        for (long sample = 0; sample < samples; ++sample) {
            const NormMoments m = moments_of(sample * shape.groups + channel / shape.width());
            for (long pixel = 0; pixel < shape.pixels; ++pixel) {
                const long at = sample * shape.count() + pixel * shape.channels + channel;
                const float u = m.inverse * (x[at] - m.mean);
                by_scale += static_cast<double>(dy[at] * u + dty[at] * tangent(m, at));
                by_shift += static_cast<double>(dy[at]);
            }
        }
        dweight[channel] = static_cast<float>((accumulate ? static_cast<double>(dweight[channel]) : 0) + by_scale);
        if (dbias)
            dbias[channel] = static_cast<float>((accumulate ? static_cast<double>(dbias[channel]) : 0) + by_shift);
    }
};

}  // namespace detail

/// ty: the derivative of the norm's output along tx. `scratch`: `shape.tangent_scratch()` floats for each sample.
template <class Device>
void norm_tangent(Device device, const NormShape& shape, long samples, const float* x, const float* tx,
                  const float* weight, float* scratch, float* ty) {
    const detail::NormArrays arrays{shape, x, tx, weight, nullptr, nullptr, scratch};
    for_each_index(device, samples * shape.groups, detail::FindNormMoments{arrays});
    for_each_index(device, samples * shape.count(), detail::NormTangentValue{arrays, ty});
}

/// The backward of y and ty. dx and dtx may be null, dweight and dbias too.
template <class Device>
void norm_tangent_backward(Device device, const NormShape& shape, long samples, const float* x, const float* tx,
                           const float* weight, const float* dy, const float* dty, float* scratch, float* dx,
                           float* dtx, float* dweight, float* dbias, bool accumulate) {
    const detail::NormArrays arrays{shape, x, tx, weight, dy, dty, scratch};
    for_each_index(device, samples * shape.groups, detail::FindNormMoments{arrays});
    if (dx || dtx) for_each_index(device, samples * shape.count(), detail::NormTangentGradient{arrays, dx, dtx});
    if (dweight)
        for_each_index(device, shape.channels, detail::NormTangentWeights{arrays, samples, dweight, dbias, accumulate});
}

}  // namespace genotype::inline v0_1::kernels
