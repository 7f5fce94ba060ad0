using Filmgate.Torture.Books;
using Filmgate.Torture.Driver;
using Filmgate.Torture.Provider;
using Microsoft.Extensions.Time.Testing;

namespace Filmgate.Torture;

public sealed class OpenTasksTests : IDisposable
{
    private const int Seed = 7;
    private static readonly int[] Asked = [1, 2, 3];

    private readonly string _folder = Directory.CreateTempSubdirectory("filmgate-open-tasks-").FullName;
    private readonly FakeTimeProvider _time = new();
    private readonly Book _book;
    private readonly OpenTasks _open;

    public OpenTasksTests()
    {
        _book = new Book(BookPath);
        _open = new OpenTasks(BookPath, Seed, _time);
    }

    private string BookPath => Path.Combine(_folder, "provider.book");

    [Fact]
    public void A_task_without_a_job_is_in_flight_for_as_long_as_its_job_will_take_at_least()
    {
        var shortest = Asked.Min(number => JobBehaviour.Of(Seed, number).DoneAfter);
        Assert.Equal(3, _open.CountAt(Asked, _time.GetUtcNow()));
        Assert.Equal(2, _open.CountAt(Asked, _time.GetUtcNow() + shortest));
    }

    [Fact]
    public void A_job_keeps_its_task_in_flight_until_it_ends()
    {
        var begun = _time.GetUtcNow();
        _book.Write(Job(1, "job-1", endsAt: begun.AddSeconds(5)));
        Assert.Equal(1, _open.CountAt([1], begun.AddSeconds(4)));
        Assert.Equal(0, _open.CountAt([1], begun.AddSeconds(5)));
    }

    [Fact]
    public void A_job_that_ended_before_its_time_is_over()
    {
        _book.Write(Job(1, "job-1", endsAt: _time.GetUtcNow().AddSeconds(5)));
        Assert.Equal(1, _open.CountAt([1], _time.GetUtcNow()));
        _book.Write(new JobEndLine("job-1", "canceled", 0));
        Assert.Equal(0, _open.CountAt([1], _time.GetUtcNow()));
    }

    [Fact]
    public void A_task_that_was_submitted_anew_is_in_flight_by_its_later_job()
    {
        _book.Write(Job(1, "job-1", endsAt: _time.GetUtcNow().AddSeconds(5)));
        _book.Write(new JobEndLine("job-1", "failed", 0));
        _book.Write(Job(1, "job-2", endsAt: _time.GetUtcNow().AddSeconds(9)));
        Assert.Equal(1, _open.CountAt([1], _time.GetUtcNow().AddSeconds(8)));
    }

    [Fact]
    public void Who_is_no_candidate_is_not_counted()
    {
        _book.Write(Job(1, "job-1", endsAt: _time.GetUtcNow().AddSeconds(5)));
        Assert.Equal(0, _open.CountAt([], _time.GetUtcNow()));
    }

    [Fact]
    public void A_line_that_is_half_written_is_read_once_it_is_whole()
    {
        _book.Write(new CancelLine("job-1"));
        var path = Path.Combine(_folder, "half.book");
        var whole = File.ReadAllBytes(BookPath);
        File.WriteAllBytes(path, whole[..^5]);
        long position = 0;
        Assert.Empty(Book.ReadOn(path, ref position));
        File.WriteAllBytes(path, [.. whole, .. whole[..3]]);
        Assert.Equal([new CancelLine("job-1")], Book.ReadOn(path, ref position));
        Assert.Equal(whole.Length, position);
    }

    public void Dispose()
    {
        _book.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static JobLine Job(int number, string id, DateTimeOffset endsAt) => new(number, id, "kling", null, "body", 1, "clip", endsAt);
}
