using System.Collections.Immutable;
using System.Text;
using Filmgate.Dialects.Apixo;
using Filmgate.Dialects.Tests.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Filmgate.Model.Webhooks;

namespace Filmgate.Dialects.Tests.Apixo;

/// <summary>What webhook endpoints are sent, to the byte.</summary>
public sealed class EventTests
{
    private static readonly EventFormat Format = new();
    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeMilliseconds(1_760_000_071_090);

    [Fact]
    public void An_event_of_a_task_holds_what_Standard_Webhooks_and_clients_of_OpenAI_read_and_the_task_as_a_read_shows_it()
    {
        var body = Text(Format.Render(new DeliveryId("evt_1"), WebhookEvents.Failed, At, new TaskDetails(Failed(), null, null)));

        Assert.StartsWith(
            """{"id":"evt_1","object":"event","type":"video.failed","created_at":1760000071,"timestamp":"2025-10-09T08:54:31.090Z","data":{"id":"task_1","object":"task","taskId":"task_1",""",
            body,
            StringComparison.Ordinal);
        Assert.Contains("\"failCode\":\"CONTENT_VIOLATION\"", body, StringComparison.Ordinal);
    }

    [Fact]
    public void An_event_of_an_endpoint_tells_why_it_was_disabled()
    {
        var endpoint = new WebhookEndpoint
        {
            Id = new EndpointId("ep_1"),
            Account = ScriptedDesk.Owner.Account,
            Number = 1,
            Url = "https://h.example/hook",
            Events = WebhookEventNames.Default,
            CreatedAt = At,
            DisabledAt = At,
            DisabledReason = DisabledReason.Failing,
        };
        Assert.Equal(
            """{"id":"evt_1","object":"event","type":"endpoint.disabled","created_at":1760000071,"timestamp":"2025-10-09T08:54:31.090Z","data":{"id":"ep_1","object":"endpoint","url":"https://h.example/hook","disabledReason":"failing","disabledTime":1760000071090}}""",
            Text(Format.Render(new DeliveryId("evt_1"), WebhookEvents.EndpointDisabled, At, endpoint)));
        Assert.Equal(
            """{"id":"evt_1","object":"event","type":"test.ping","created_at":1760000071,"timestamp":"2025-10-09T08:54:31.090Z","data":{"id":"ep_1","object":"endpoint","url":"https://h.example/hook"}}""",
            Text(Format.Render(new DeliveryId("evt_1"), WebhookEvents.Ping, At, endpoint with { DisabledAt = null, DisabledReason = null })));
    }

    // Each by openssl: printf 'evt_1.1760000071.{}' | openssl dgst -sha256 -mac hmac -macopt hexkey:… -binary | base64
    [Fact]
    public void Every_secret_signs_the_newest_first()
    {
        ReadOnlyMemory<byte>[] secrets = [Enumerable.Range(0, 32).Select(number => (byte)number).ToArray(), new byte[32]];
        Assert.Equal(
            [
                "Content-Type: application/json", "webhook-id: evt_1", "webhook-timestamp: 1760000071",
                "webhook-signature: v1,s7H9d8q2pdo0LeAV0Mr2NDFMWg0pV47GK9p4Zgv2dpQ= v1,jqO8/it0iSu10Sr3Q8vsjCy8usoaQ/Pcmm7/YHviU7g=",
            ],
            Format.Headers(new DeliveryId("evt_1"), "{}"u8.ToArray(), At, secrets).Select(header => $"{header.Key}: {header.Value}"));
        Assert.Equal("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", Format.SecretText(secrets[0]));
    }

    [Fact]
    public void The_largest_task_makes_an_event_far_below_what_receivers_must_take()
    {
        const int BytesMax = 256 * 1024;
        var wide = string.Concat(Enumerable.Repeat("🎬", 4000));
        var task = Failed() with
        {
            Request = Failed().Request with { Prompt = wide[..GenerationRules.PromptLengthMax], NegativePrompt = wide[..GenerationRules.NegativePromptLengthMax] },
            Metadata = Enumerable.Range(0, GenerationRules.MetadataEntriesMax).ToImmutableSortedDictionary(i => $"name_{i}", _ => wide[..500]),
        };
        Assert.InRange(Format.Render(new DeliveryId("evt_1"), WebhookEvents.Failed, At, new TaskDetails(task, null, null)).Length, 1, BytesMax / 2);
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private static VideoTask Failed() => new()
    {
        Key = new TaskKey(ScriptedDesk.Owner.Account, new TaskId("task_1")),
        KeyId = ScriptedDesk.Owner.Key,
        IsTest = true,
        Dialect = "kling",
        Request = new GenerationRequest
        {
            Mode = GenerationMode.MasterTextToVideo, Prompt = "a", DurationSeconds = 5, CfgScale = 0.5m, AspectRatio = AspectRatio.Wide, Images = [], Provider = "auto",
        },
        State = TaskState.Failed,
        Failure = new Failure(FailureCode.ContentViolation, "It shows too much."),
        CreatedAt = At.AddMinutes(-1),
        CompletedAt = At,
    };
}
