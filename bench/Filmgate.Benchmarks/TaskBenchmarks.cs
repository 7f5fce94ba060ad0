using BenchmarkDotNet.Attributes;
using Filmgate.Dialects.Apixo;
using Filmgate.Dialects.Http;
using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Webhooks;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;
using Filmgate.Model.Webhooks;

namespace Filmgate.Benchmarks;

/// <summary>What happens to a task after it was accepted.</summary>
public class TaskBenchmarks
{
    private static readonly DeliveryAttempt Refused = new(Samples.Now, TimeSpan.FromMilliseconds(80), 503, null, null);
    private static readonly ClipId Clip = new("clip_01jq8z0000000000000000000000000000000");

    private readonly CallbackFormat _format;
    private readonly TaskTransition _step = new TaskTransition.NoteProgress(Samples.Now, Samples.Task.LastAttempt!.Id, 40, Samples.Now.AddSeconds(2));
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("filmgate-benchmarks-");
    private readonly TaskDetails _finished;
    private readonly ClipLinks _links;
    private int _second;

    /// <summary>Prepares.</summary>
    public TaskBenchmarks()
    {
        var key = SigningKey.Open(_folder.FullName);
        _format = new CallbackFormat(new CallbackSecrets(key));
        _links = new ClipLinks(key, new PublicAddressHolder { Value = "https://video.example.com" });
        _finished = new TaskDetails(
            Samples.Task with { State = TaskState.Success, CompletedAt = Samples.Now.AddMinutes(1), DueAt = null }, _links.Clip(Clip, Samples.Now), null);
    }

    /// <summary>Removes the signing key.</summary>
    [GlobalCleanup]
    public void Remove() => _folder.Delete(recursive: true);

    /// <summary>The body of a finished task's status.</summary>
    [Benchmark]
    public ReadOnlyMemory<byte> WriteStatusBody() => _format.Render(TaskEvents.Completed, _finished);

    /// <summary>A link that has to be signed: another expiry each time.</summary>
    [Benchmark]
    public string SignClipLink() => _links.Clip(Clip, Samples.Now.AddSeconds(++_second));

    /// <summary>A link that was given out before.</summary>
    [Benchmark]
    public string RememberedClipLink() => _links.Clip(Clip, Samples.Now);

    /// <summary>A step of a task.</summary>
    [Benchmark]
    public VideoTask ApplyStep() => _step.Apply(Samples.Task);

    /// <summary>When a callback is tried again.</summary>
    [Benchmark]
    public TimeSpan? NextDelivery() => DeliverySchedule.NextWait(DeliverySchedule.DefaultWaits, 3, Refused, 0.5);
}
