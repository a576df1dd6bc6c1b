// The compiler says too much.
// verdict: at most
// expect: one is not two
static_assert(sizeof(char[1]) == 2, "one is not two");  // <- here
static_assert(sizeof(char[1]) == 3, "one is not three");
static_assert(sizeof(char[1]) == 4, "one is not four");
static_assert(sizeof(char[1]) == 5, "one is not five");
static_assert(sizeof(char[1]) == 6, "one is not six");
int main() {}
