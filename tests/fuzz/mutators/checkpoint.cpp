// A checkpoint is a safetensors file.
#include "safetensors.cpp"
