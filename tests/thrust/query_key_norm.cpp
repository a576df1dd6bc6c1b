// The norm of queries and keys over thrust against plain loops.
#include "genotype/kernels/portable/query_key_norm.hpp"

#include <doctest/doctest.h>

#include "support/query_key_norm.hpp"
#include "support/thrust_devices.hpp"

TEST_CASE_TEMPLATE("the norm of queries and keys agrees with the plain one", Device, GENOTYPE_THRUST_DEVICES) {
    kernel_test::check_query_key_norm<Device>();
}
