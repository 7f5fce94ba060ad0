using Filmgate.Model.Identity;
using Filmgate.Model.Webhooks;

namespace Filmgate.Model.Gateway;

/// <summary>Words and signs what the endpoints of accounts are told, and nothing else does: whoever tells of tasks in another way shows the same.</summary>
public interface IEventFormat
{
    /// <summary>The body of an event of a task: rendered once, and sent unchanged on every attempt to every endpoint.</summary>
    /// <param name="id">Names the event.</param>
    /// <param name="type">What happened.</param>
    /// <param name="at">When.</param>
    /// <param name="task">The task as it is after the event.</param>
    ReadOnlyMemory<byte> Render(DeliveryId id, WebhookEvents type, DateTimeOffset at, TaskDetails task);

    /// <summary>The body of an event of an endpoint: that it was disabled, or a test of it.</summary>
    /// <param name="id">Names the event.</param>
    /// <param name="type">What happened.</param>
    /// <param name="at">When.</param>
    /// <param name="endpoint">The endpoint as it is after the event.</param>
    ReadOnlyMemory<byte> Render(DeliveryId id, WebhookEvents type, DateTimeOffset at, WebhookEndpoint endpoint);

    /// <summary>The headers of one attempt: content type, id, time, and a signature for each secret.</summary>
    /// <param name="id">Names the event.</param>
    /// <param name="body">The exact bytes.</param>
    /// <param name="at">When this attempt is made.</param>
    /// <param name="secrets">Those that count now, newest first.</param>
    IEnumerable<KeyValuePair<string, string>> Headers(DeliveryId id, ReadOnlyMemory<byte> body, DateTimeOffset at, IEnumerable<ReadOnlyMemory<byte>> secrets);

    /// <summary>A secret as receivers are given it: <c>whsec_</c> and base 64.</summary>
    string SecretText(ReadOnlyMemory<byte> secret);
}
