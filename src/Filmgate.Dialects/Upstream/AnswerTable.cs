using Filmgate.Model.Providers;

namespace Filmgate.Dialects.Upstream;

/// <summary>
/// What an answer means when its body says nothing better: the one table for all dialects. A dialect reads the body first and returns
/// null for whatever it does not know.
/// </summary>
/// <remarks>
/// The rules about money stand in <see cref="OfSubmission(UpstreamAnswer, ProviderSettings, Func{UpstreamAnswer.Answered, SubmitResult?})"/>: only what proves that the
/// provider did not accept is a refusal. A read that fails never fails the task.
/// </remarks>
public static class AnswerTable
{
    private static readonly TimeSpan ReadSoon = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ReadForClip = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReadLate = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ReadWaitMax = TimeSpan.FromMinutes(5);

    /// <summary>What came of a submission.</summary>
    /// <param name="answer">What came of the request.</param>
    /// <param name="settings">The provider's settings; its facts say whether a 5xx proves anything.</param>
    /// <param name="read">The dialect's reading of an answer; null leaves it to the table.</param>
    public static SubmitResult OfSubmission(UpstreamAnswer answer, ProviderSettings settings, Func<UpstreamAnswer.Answered, SubmitResult?> read)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(read);
        return answer switch
        {
            UpstreamAnswer.NotSent notSent => new SubmitResult.Refused(RefusalClass.NotReceived, notSent.Reason),
            UpstreamAnswer.Lost lost => new SubmitResult.Unknown(lost.Reason),
            UpstreamAnswer.Answered answered => read(answered) ?? OfSubmission(answered.Status, answered.RetryAfter, settings, null),
            _ => throw new InvalidOperationException($"No case is written for {answer?.GetType().Name}."),
        };
    }

    /// <summary>What a status means for a submission, in the provider's words when it has any.</summary>
    /// <param name="status">HTTP status, or a code with the same meaning within a body.</param>
    /// <param name="retryAfter">The wait that it asks for.</param>
    /// <param name="settings">The provider's settings.</param>
    /// <param name="words">The provider's sentence; null for ours.</param>
    public static SubmitResult OfSubmission(int status, TimeSpan? retryAfter, ProviderSettings settings, string? words)
    {
        ArgumentNullException.ThrowIfNull(settings);
        SubmitResult.Refused Refused(RefusalClass refusal, string sentence, TimeSpan? wait = null) =>
            new(refusal, ProviderWords.Shown(words, settings, sentence), wait);

        return status switch
        {
            // 307 and 308 ask for the same request elsewhere, so it was not taken here. Any other redirect may lead to what was just made.
            307 or 308 => Refused(RefusalClass.Outage, "The provider redirects submissions elsewhere; its address in the settings is not the right one."),
            >= 200 and < 400 => new SubmitResult.Unknown("The provider's answer to the submission cannot be understood."),
            401 => Refused(RefusalClass.Auth, "The provider does not accept our key."),
            402 => Refused(RefusalClass.Balance, "Our account at the provider has no credit."),
            403 => Refused(RefusalClass.Permission, "Our key may not do this at the provider."),
            404 or 405 or 407 or 410 or 421 or 426 => Refused(RefusalClass.Outage, $"The provider does not serve this model at its address in the settings (status {status})."),
            // Either may be said about a request that was taken: the one by a proxy that did not wait, the other about one of the same name.
            408 or 409 => new SubmitResult.Unknown($"The provider answered the submission with status {status}, which does not say whether it has it."),
            425 or 429 => Refused(RefusalClass.Busy, "The provider is busy.", retryAfter),
            451 => Refused(RefusalClass.Policy, "The provider refuses the request for legal reasons."),
            >= 400 and < 500 => Refused(RefusalClass.Input, $"The provider refuses the request (status {status})."),
            >= 500 and < 600 when settings.Facts.ServerErrorRefuses => Refused(RefusalClass.Outage, $"The provider is out of order (status {status}).", retryAfter),
            _ => new SubmitResult.Unknown($"The provider answered the submission with status {status}, which does not say whether it has it."),
        };
    }

    /// <summary>What came of a read.</summary>
    /// <param name="answer">What came of the request.</param>
    /// <param name="read">The dialect's reading of an answer; null leaves it to the table.</param>
    public static Reading OfReading(UpstreamAnswer answer, Func<UpstreamAnswer.Answered, Reading?> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        return answer switch
        {
            UpstreamAnswer.NotSent notSent => new Reading.Unreadable(notSent.Reason, ReadSoon),
            UpstreamAnswer.Lost lost => new Reading.Unreadable(lost.Reason, ReadSoon),
            UpstreamAnswer.Answered answered => (read(answered) ?? OfReading(answered.Status, answered.RetryAfter)) is var reading && reading is Reading.Unreadable unreadable
                ? unreadable with { IsAnswered = answered.Status < 500 }
                : reading,
            _ => throw new InvalidOperationException($"No case is written for {answer?.GetType().Name}."),
        };
    }

    /// <summary>What a status means for a read: always that it has to be repeated.</summary>
    public static Reading.Unreadable OfReading(int status, TimeSpan? retryAfter)
    {
        var (sentence, wait) = status switch
        {
            >= 200 and < 300 => ("The provider's answer to a read cannot be understood.", ReadSoon),
            >= 300 and < 400 => ("The provider redirects reads elsewhere; its address in the settings is not the right one.", ReadLate),
            401 or 402 or 403 => ($"The provider does not let us read the task (status {status}).", ReadLate),
            404 or 410 => ("The provider does not find the task.", ReadLate),
            429 => ("The provider is busy.", ReadSoon),
            _ => ($"The provider answered a read with status {status}.", ReadSoon),
        };
        return new Reading.Unreadable(sentence, retryAfter is { } asked ? Clamp(asked) : wait) { IsForAll = status is 429 or 503, IsNotThere = status is 404 or 410 };
    }

    /// <summary>What success without a clip means for a read: the parts of a vendor's house may be out of step for a moment, or for ever.</summary>
    /// <param name="sentence">What the provider says, in a sentence.</param>
    public static Reading.Unreadable WithoutClip(string sentence) => new(sentence, ReadForClip) { IsWithoutClip = true };

    private static TimeSpan Clamp(TimeSpan wait) =>
        wait < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : wait > ReadWaitMax ? ReadWaitMax : wait;
}
