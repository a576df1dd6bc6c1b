// Everything that scores samples by features: distances, precision and recall, nearest samples. It needs Eigen.
#pragma once

#include "genotype/metrics/classes.hpp"
#include "genotype/metrics/feature_rows.hpp"
#include "genotype/metrics/feature_scale.hpp"
#include "genotype/metrics/frechet.hpp"
#include "genotype/metrics/kernel_distance.hpp"
#include "genotype/metrics/manifold.hpp"
#include "genotype/metrics/nearest.hpp"
#include "genotype/metrics/neighbour_classes.hpp"
#include "genotype/metrics/sample_scores.hpp"
