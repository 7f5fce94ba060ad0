using System.Text.Json.Serialization;

namespace Filmgate.Torture.Books;

/// <summary>A line of a book. Every kind of line has a word of its own, so that all books are read alike.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "line")]
[JsonDerivedType(typeof(JobLine), "job")]
[JsonDerivedType(typeof(JobEndLine), "end")]
[JsonDerivedType(typeof(CancelLine), "cancel")]
[JsonDerivedType(typeof(DeliveryLine), "delivery")]
[JsonDerivedType(typeof(IntentLine), "intent")]
[JsonDerivedType(typeof(OutcomeLine), "outcome")]
[JsonDerivedType(typeof(AnswerLine), "answer")]
[JsonDerivedType(typeof(SightLine), "sight")]
[JsonDerivedType(typeof(FaultLine), "fault")]
internal abstract record Line;

/// <summary>The provider has accepted a job; written before it answers.</summary>
/// <param name="Number">The driver's number of the request, which its prompt carries.</param>
/// <param name="Job">The provider's id.</param>
/// <param name="Dialect">How it was submitted.</param>
/// <param name="Reference">The gateway's own id of the submission; null where the dialect has none.</param>
/// <param name="BodySha256">Hash of what was asked.</param>
/// <param name="PriceMicros">What the job costs if it is done, in micro-dollars.</param>
/// <param name="ClipSha256">Hash of the clip that it will give.</param>
/// <param name="EndsAt">When it will end, if nobody cancels it; never earlier.</param>
internal sealed record JobLine(
    int Number, string Job, string Dialect, string? Reference, string BodySha256, long PriceMicros, string ClipSha256, DateTimeOffset EndsAt = default) : Line;

/// <summary>A job has ended; written before anybody is told.</summary>
/// <param name="Job">The provider's id.</param>
/// <param name="Outcome"><c>done</c>, <c>failed</c> or <c>canceled</c>.</param>
/// <param name="BilledMicros">What it was billed, in micro-dollars.</param>
internal sealed record JobEndLine(string Job, string Outcome, long BilledMicros) : Line;

/// <summary>The provider was asked to stop a job.</summary>
/// <param name="Job">The provider's id.</param>
internal sealed record CancelLine(string Job) : Line;

/// <summary>The receiver got a webhook; written before it answers.</summary>
/// <param name="Number">The driver's number of the request, from the address.</param>
/// <param name="WebhookId">The id of the event.</param>
/// <param name="State">The state that the body tells: <c>success</c> or <c>failed</c>.</param>
/// <param name="Signature"><c>right</c>, <c>wrong</c>, or <c>none</c> for a surface that does not sign.</param>
/// <param name="Status">What the receiver answers.</param>
internal sealed record DeliveryLine(int Number, string WebhookId, string State, string Signature, int Status) : Line;

/// <summary>The driver is about to ask for a clip.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Key">The idempotency key.</param>
/// <param name="Asked">Mode, seconds and provider in one text: what the task must show again.</param>
/// <param name="HasWebhook">Whether it wants to be told of the end.</param>
internal sealed record IntentLine(int Number, string Key, string Asked, bool HasWebhook) : Line;

/// <summary>What the driver heard of a request.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Kind"><c>ok</c>, <c>fail</c> or <c>unknown</c>.</param>
/// <param name="Status">HTTP status; 0 without one.</param>
/// <param name="Task">The task's id; only for <c>ok</c>.</param>
/// <param name="IsReplay">Whether the gateway says that an earlier request made the task.</param>
internal sealed record OutcomeLine(int Number, string Kind, int Status, string? Task, bool IsReplay) : Line;

/// <summary>An answer of 2xx to a creation passed the proxy, whole or in part, whatever the driver heard of it.</summary>
/// <param name="Number">The driver's number of the request.</param>
internal sealed record AnswerLine(int Number) : Line;

/// <summary>The driver saw a task in another state than before.</summary>
/// <param name="Task">The task's id.</param>
/// <param name="State">The state.</param>
internal sealed record SightLine(string Task, string State) : Line;

/// <summary>The gateway was struck.</summary>
/// <param name="Cycle">In which cycle.</param>
/// <param name="Point">At which kill point.</param>
/// <param name="Hit">Whether the point itself pulled the trigger; otherwise the time was up.</param>
/// <param name="At">A moment at which the gateway did nothing more: after a kill, or at the beginning of a pause.</param>
/// <param name="Life">The life of a node that the strike ended, by the name of its log; null where none ended.</param>
internal sealed record FaultLine(int Cycle, string Point, bool Hit, DateTimeOffset At, string? Life = null) : Line;
