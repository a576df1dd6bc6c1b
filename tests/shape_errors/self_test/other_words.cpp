// The compiler's words are not the expected ones.
// verdict: the first error line lacks 'channels'
// expect: four is not
// expect: channels
static_assert(sizeof(char[4]) == 5, "four is not five");  // <- here
int main() {}
