using System.Diagnostics;

namespace Filmgate.EndToEnd.House;

/// <summary>Waits for something that another process does, and says what did not happen when it does not.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks until the answer satisfies.</summary>
    public static async Task<T> BecomesAsync<T>(Func<Task<T>> ask, Func<T, bool> satisfies, TimeSpan patience, string what)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var answer = await ask();
            if (satisfies(answer))
            {
                return answer;
            }

            if (Stopwatch.GetElapsedTime(started) > patience)
            {
                Assert.Fail($"{what} did not happen within {patience.TotalSeconds} s; the last answer was {answer}");
            }

            await Task.Delay(Pace, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Asks until the answer is yes.</summary>
    public static Task TrueAsync(Func<bool> ask, TimeSpan patience, string what) =>
        BecomesAsync(() => Task.FromResult(ask()), yes => yes, patience, what);
}
