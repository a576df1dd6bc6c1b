// Issue 17.27: a user's program that brings in all of the library and has names that a program of this field is likely
// to have. None of them may be ambiguous with a name that `using namespace genotype` brings.
#include <genotype/checkpoint.hpp>
#include <genotype/data.hpp>
#include <genotype/genotype.hpp>
#include <genotype/io.hpp>
#include <genotype/io/npz.hpp>
#include <genotype/metrics.hpp>
#include <genotype/interop/eigen.hpp>
#include <genotype/interop/xtensor.hpp>
#include <genotype/testing.hpp>
#include <genotype/text.hpp>
#include <genotype/training/profile.hpp>

#include <any>
#include <functional>
#include <map>
#include <random>

using namespace std;
using namespace genotype;

// Types: each is declared, and then used.
#define OWN_TYPE(name) \
    struct name { int value = 1; }; \
    inline int use_##name(name x) { return name{x}.value; }
OWN_TYPE(Accuracy) OWN_TYPE(Add) OWN_TYPE(Agent) OWN_TYPE(Attention) OWN_TYPE(Augment) OWN_TYPE(Backbone)
OWN_TYPE(Batch) OWN_TYPE(BasicBlock) OWN_TYPE(Blob) OWN_TYPE(Box) OWN_TYPE(Buffer) OWN_TYPE(Cache) OWN_TYPE(Channel)
OWN_TYPE(Chart) OWN_TYPE(Classifier) OWN_TYPE(Clock) OWN_TYPE(Codebook) OWN_TYPE(Color)
OWN_TYPE(Column) OWN_TYPE(Config) OWN_TYPE(Context) OWN_TYPE(Cost) OWN_TYPE(Critic) OWN_TYPE(Cursor) OWN_TYPE(Data)
OWN_TYPE(Decoder) OWN_TYPE(Device) OWN_TYPE(Direction) OWN_TYPE(Discriminator) OWN_TYPE(Down)
OWN_TYPE(Edge) OWN_TYPE(Encoder) OWN_TYPE(Entry) OWN_TYPE(Epoch) OWN_TYPE(Event) OWN_TYPE(Extent) OWN_TYPE(Fault)
OWN_TYPE(Features) OWN_TYPE(Fetcher) OWN_TYPE(Field) OWN_TYPE(File) OWN_TYPE(Filter) OWN_TYPE(Flow) OWN_TYPE(Frame)
OWN_TYPE(Function) OWN_TYPE(Generator) OWN_TYPE(Gradient) OWN_TYPE(Graph) OWN_TYPE(Head) OWN_TYPE(Header)
OWN_TYPE(Identity) OWN_TYPE(Image) OWN_TYPE(Images) OWN_TYPE(Index) OWN_TYPE(Input) OWN_TYPE(Item) OWN_TYPE(Job)
OWN_TYPE(Kernel) OWN_TYPE(Key) OWN_TYPE(Label) OWN_TYPE(Latent) OWN_TYPE(Line) OWN_TYPE(Logger) OWN_TYPE(Loss)
OWN_TYPE(Losses) OWN_TYPE(Matrix) OWN_TYPE(Mean) OWN_TYPE(Memory) OWN_TYPE(Message) OWN_TYPE(Metadata)
OWN_TYPE(Metrics) OWN_TYPE(MLP) OWN_TYPE(Mul) OWN_TYPE(Net) OWN_TYPE(Network) OWN_TYPE(Node)
OWN_TYPE(Noise) OWN_TYPE(Norm) OWN_TYPE(Optimizer) OWN_TYPE(Options) OWN_TYPE(Output) OWN_TYPE(Owned)
OWN_TYPE(Parameters) OWN_TYPE(Patch) OWN_TYPE(Path) OWN_TYPE(Picture) OWN_TYPE(Pixel) OWN_TYPE(Place) OWN_TYPE(Plan)
OWN_TYPE(Plot) OWN_TYPE(Point) OWN_TYPE(Pool) OWN_TYPE(Position) OWN_TYPE(Prior) OWN_TYPE(Quantizer) OWN_TYPE(Queue)
OWN_TYPE(Random) OWN_TYPE(Reader) OWN_TYPE(Record) OWN_TYPE(Rect) OWN_TYPE(Region) OWN_TYPE(Replayed) OWN_TYPE(Report)
OWN_TYPE(Result) OWN_TYPE(Rng) OWN_TYPE(Row) OWN_TYPE(Run) OWN_TYPE(Sample) OWN_TYPE(Sampler) OWN_TYPE(Scale)
OWN_TYPE(Scheduler) OWN_TYPE(Score) OWN_TYPE(Sender) OWN_TYPE(Sent) OWN_TYPE(Session) OWN_TYPE(Settings)
OWN_TYPE(Size) OWN_TYPE(Slice) OWN_TYPE(Stage) OWN_TYPE(State) OWN_TYPE(Statistics) OWN_TYPE(Stem) OWN_TYPE(Step)
OWN_TYPE(Stream) OWN_TYPE(Student) OWN_TYPE(Table) OWN_TYPE(Task) OWN_TYPE(Teacher) OWN_TYPE(Text) OWN_TYPE(Ticket)
OWN_TYPE(Time) OWN_TYPE(Timer) OWN_TYPE(Token) OWN_TYPE(Transform) OWN_TYPE(Transformer) OWN_TYPE(Tree)
OWN_TYPE(Turns) OWN_TYPE(UNet) OWN_TYPE(Up) OWN_TYPE(User) OWN_TYPE(Value) OWN_TYPE(Variance) OWN_TYPE(Vector)
OWN_TYPE(Verdict) OWN_TYPE(Video) OWN_TYPE(Vocabulary) OWN_TYPE(Weight) OWN_TYPE(Weights) OWN_TYPE(Window)
OWN_TYPE(Word) OWN_TYPE(Worker) OWN_TYPE(Writer)
#undef OWN_TYPE

using Block = Residual<Linear<4, 4>, ReLU>;
using Layers = Sequential<Linear<4, 4>, Block>;

// Variables of a program's own scope.
int width = 28, height = 28, kernel = 4, loss = 0;
int layer = 0, groups = 1, encoder = 0, decoder = 0, generator_loss = 0;
int generator = 0, discriminator = 0, got = 0, wants = 0;
int batch = 64, epochs = 10, steps = 0, channels = 3, classes = 10;
int latent = 20, noise = 1, labels = 0, images = 0, rows = 0;
int columns = 0, count = 0, total = 0, correct = 0, heads = 0;
int gradient = 0, weight = 0, bias = 0, state = 0;
int run = 0, scale = 0, learning_rate = 0, momentum = 0, transformed = 0;
int update = 0, pack = 0, embedding = 0, attention = 0, rotary = 0, capture = 0, stored_rows = 0, lanes = 0;

// Functions, called as a program does: with arguments that one of the library's own could take.
int sum(int x) { return x; }
float accuracy(float x) { return x; }
template <class T>
T square(T x) { return x * x; }
int draw_image(int x) { return x; }
void train() {}
void evaluate() {}
void print(const char*) {}
float convolve(float x) { return x; }

int main() {
    map<string, int> counts{{"a", 1}};  // the standard library's
    const any anything = 1;
    function<int(int)> add_one = [](int x) { return x + 1; };
    mt19937 random_engine(1);
    train(), evaluate(), print("");
    width += height + kernel + loss + layer + groups + encoder;
    width += decoder + generator + discriminator + got + wants + batch;
    width += epochs + steps + channels + classes + latent + noise;
    width += labels + images + rows + columns + total + correct;
    width += heads + gradient + weight + bias + state + run + scale + learning_rate + momentum + transformed + lanes;
    width += update + pack + embedding + attention + rotary + capture + stored_rows + generator_loss + ::count;
    const Model<Layers> model(Seed{1});
    const auto y = model(normal<Shape<4>>(2, Seed{2}));
    return sum(width) + static_cast<int>(accuracy(y(0, 0)) + convolve(1.f)) + square(2) + max(1, 2) + min(1, 2) +
           draw_image(add_one(1)) + any_cast<int>(anything) + counts["a"] + use_Batch({}) + use_Memory({}) +
           static_cast<int>(random_engine());
}
