using System.CommandLine;
using Filmgate.Animatic;
using Filmgate.LoadRunner;

var root = RepositoryRoot();
var quick = new Option<bool>("--quick") { Description = "A few seconds: shows that everything runs; its figures mean nothing.", Recursive = true };
var gateway = new Option<string>("--gateway")
{
    HelpName = "FILE",
    Description = "The gateway to measure: filmgate.dll.",
    DefaultValueFactory = _ => Path.Combine(root, "src/Filmgate.Cli/bin/Release/net10.0/filmgate.dll"),
    Recursive = true,
};
var data = new Option<string>("--data")
{
    HelpName = "DIR",
    Description = "Where data folders are made and removed again. For creations it must be a real disk.",
    DefaultValueFactory = _ => Path.GetTempPath(),
    Recursive = true,
};
var rounds = new Option<int?>("--rounds") { HelpName = "N", Description = "Rounds of each comparison.", Recursive = true };
var reads = new Option<int>("--read-connections") { HelpName = "N", Description = "Connections of status reads.", DefaultValueFactory = _ => HttpPlan.Full.ReadConnections };
var creates = new Option<int>("--create-connections") { HelpName = "N", Description = "Connections of creations.", DefaultValueFactory = _ => HttpPlan.Full.CreateConnections };
var picture = Path.Combine(root, "samples/harbour.jpg");

var http = new Command("http", "Status read and durable create beside a bare Kestrel.") { reads, creates };
http.SetAction(line =>
{
    var plan = line.GetValue(quick)
        ? HttpPlan.Quick
        : HttpPlan.Full with { ReadConnections = line.GetValue(reads), CreateConnections = line.GetValue(creates) };
    return HttpComparison.RunAsync(
        plan with { Rounds = line.GetValue(rounds) ?? plan.Rounds }, line.GetRequiredValue(gateway), picture, line.GetRequiredValue(data), Console.Out);
});

var animatic = new Command("animatic", "A render beside FFmpeg merely encoding the same frames.");
animatic.SetAction(line =>
{
    var isQuick = line.GetValue(quick);

    // Frames in memory, so that the disk takes no part.
    var folder = Directory.Exists("/dev/shm") ? "/dev/shm" : line.GetRequiredValue(data);
    return AnimaticComparison.RunAsync(
        line.GetValue(rounds) ?? (isQuick ? 1 : 5), isQuick ? 1 : 5, isQuick ? FrameResolution.P720 : FrameResolution.P1080, picture, folder, Console.Out);
});

var start = new Command("start", "Time to the first answer, and idle memory.");
start.SetAction(line =>
{
    var isQuick = line.GetValue(quick);
    return StartMeasurement.RunAsync(
        line.GetValue(rounds) ?? (isQuick ? 1 : 7), TimeSpan.FromSeconds(isQuick ? 1 : 10), line.GetRequiredValue(gateway), line.GetRequiredValue(data), Console.Out);
});

var inFlight = new Option<int>("--in-flight") { HelpName = "N", Description = "Tasks at the provider.", DefaultValueFactory = _ => FollowingPlan.Full.Tasks };
var following = new Command("following", "Many tasks in flight at one provider: how late they are read, and how soon a clip that is done is a success.") { inFlight };
following.SetAction(line => FollowingMeasurement.RunAsync(
    line.GetValue(quick) ? FollowingPlan.Quick : FollowingPlan.Full with { Tasks = line.GetValue(inFlight) },
    line.GetRequiredValue(gateway), line.GetRequiredValue(data), Console.Out));

var webhooks = new Command("webhooks", "How late healthy receivers hear of events beside a dead and a slow one.");
webhooks.SetAction(line => WebhookMeasurement.RunAsync(
    line.GetValue(quick) ? 200 : 2000, healthy: 20, line.GetRequiredValue(gateway), line.GetRequiredValue(data), Console.Out));

var count = new Option<int>("--streams") { HelpName = "N", Description = "Open streams.", DefaultValueFactory = _ => 5000 };
var streams = new Command("streams", "Many open event streams: what each costs, and how late its listener hears of events.") { count };
streams.SetAction(line =>
{
    var isQuick = line.GetValue(quick);
    return StreamMeasurement.RunAsync(isQuick ? 100 : line.GetValue(count), isQuick ? 5 : 40, line.GetRequiredValue(gateway), line.GetRequiredValue(data), Console.Out);
});

var database = new Option<string>("--database")
{
    HelpName = "ADDRESS",
    Description = "A PostgreSQL server (Host=…;Username=…;Database=…) whose user may make databases; each measurement makes and drops its own.",
    Required = true,
};
var nodes = new Command("nodes", "Status read and durable create of one to three nodes over PostgreSQL, beside one gateway over SQLite.") { database };
nodes.SetAction(line =>
{
    var plan = line.GetValue(quick) ? NodesPlan.Quick : NodesPlan.Full;
    return NodesMeasurement.RunAsync(
        plan with { Rounds = line.GetValue(rounds) ?? plan.Rounds }, line.GetRequiredValue(database), line.GetRequiredValue(gateway), line.GetRequiredValue(data), Console.Out);
});

var readAnswer = new Argument<FileInfo>("read");
var createAnswer = new Argument<FileInfo>("create");
var bare = new Command("bare", "The bare server itself; the comparison starts it.") { readAnswer, createAnswer };
bare.Hidden = true;
bare.SetAction(line => BareServer.RunAsync(line.GetRequiredValue(readAnswer), line.GetRequiredValue(createAnswer)));

return await new RootCommand("Measures the gateway beside what its parts can do by themselves. Loads go to the loopback address only.")
{
    http, animatic, start, following, webhooks, streams, nodes, bare, quick, gateway, data, rounds,
}.Parse(args).InvokeAsync();

static string RepositoryRoot()
{
    for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
    {
        if (File.Exists(Path.Combine(at.FullName, "Filmgate.slnx")))
        {
            return at.FullName;
        }
    }

    throw new InvalidOperationException("Run the load runner from inside the repository.");
}
