using Filmgate.Model.Tasks;

namespace Filmgate.Storage.Tests.Conformance;

/// <summary>The way in for tests whose subject is not the door.</summary>
internal static class Admissions
{
    public static async Task AcceptAsync(this ITaskStore tasks, VideoTask task, CancellationToken cancellationToken) =>
        Assert.IsType<AdmissionOutcome.Accepted>(await tasks.AdmitAsync(new Admission(task, Claim: null), cancellationToken));
}
