using System.Text;
using Filmgate.Model.Identity;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Benchmarks;

/// <summary>What the benchmarks work on: a request and its task as clients send them every day.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly byte[] RequestBody = Encoding.UTF8.GetBytes(
        """
        {"request_type":"callback","callback_url":"https://hooks.example.com/video?job=417","provider":"auto","input":{"mode":"master-text-to-video",
        "prompt":"A wooden sailing boat leaves the harbour at dawn, light fog over the water, gulls circling the lighthouse; slow push in, soft golden light",
        "duration":5,"aspect_ratio":"16:9","negative_prompt":"blur, low quality, text","cfg_scale":0.5}}
        """);

    public static readonly GenerationRequest Request = new()
    {
        Mode = GenerationMode.MasterTextToVideo,
        Prompt = "A wooden sailing boat leaves the harbour at dawn, light fog over the water",
        DurationSeconds = 5,
        CfgScale = 0.5m,
        Provider = "auto",
    };

    public static readonly VideoTask Task = new()
    {
        Key = new TaskKey(new AccountId("acc_01jq8z0000000000000000000000000000000"), new TaskId("task_01jq8z0000000000000000000000000000000")),
        KeyId = new KeyId("key_01jq8z0000000000000000000000000000000"),
        IsTest = true,
        Dialect = "apixo",
        Request = Request,
        State = TaskState.Processing,
        CreatedAt = Now,
        DueAt = Now,
        Inputs = [],
        Attempts =
        [
            new Attempt
            {
                Id = new AttemptId("att_01jq8z0000000000000000000000000000000"),
                Number = 1,
                Provider = "animatic",
                State = AttemptState.Accepted,
                UpstreamId = "1",
                PreparedAt = Now,
                SentAt = Now,
                AcceptedAt = Now,
            },
        ],
    };
}
