// Tangents of networks with their backward, for gradient penalties: what <genotype/genotype.hpp> does not bring.
#pragma once

#include "genotype/genotype.hpp"
#include "genotype/network/tangent_workspace.hpp"
