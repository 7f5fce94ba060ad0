using Filmgate.Model.Identity;

namespace Filmgate.Model.Tests.Identity;

public sealed class IdSourceTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 14, 9, 26, 53, TimeSpan.Zero);

    [Fact]
    public void An_id_says_what_it_names()
    {
        var ids = new IdSource(new StoppedTime(Start), bytes => bytes.AsSpan().Fill(0x5a));
        Assert.StartsWith("acc_", ids.NewAccount().Value, StringComparison.Ordinal);
        Assert.StartsWith("key_", ids.NewKey().Value, StringComparison.Ordinal);
        Assert.StartsWith("task_", ids.NewTask().Value, StringComparison.Ordinal);
        Assert.StartsWith("att_", ids.NewAttempt().Value, StringComparison.Ordinal);
        Assert.StartsWith("clip_", ids.NewClip().Value, StringComparison.Ordinal);
        Assert.StartsWith("evt_", ids.NewDelivery().Value, StringComparison.Ordinal);
        Assert.Matches("^task_[0-9abcdefghjkmnpqrstvwxyz]{36}$", ids.NewTask().Value);
    }

    [Fact]
    public void Ids_sort_by_the_time_of_their_making_whatever_chance_gives()
    {
        var time = new StoppedTime(Start);
        var chance = new Random(17);
        var ids = new IdSource(time, chance.NextBytes);
        var made = new List<string>();
        foreach (var later in (double[])[0, 1, 2, 31, 32, 33, 1023, 1024, 60_000, 86_400_000, 31_536_000_000])
        {
            time.Now = Start.AddMilliseconds(later);
            made.Add(ids.NewTask().Value);
        }

        Assert.Equal(made, made.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_id_tells_when_it_was_made_and_another_text_tells_nothing()
    {
        var time = new StoppedTime(Start);
        var ids = new IdSource(time, new Random(17).NextBytes);
        foreach (var later in (double[])[0, 1, 1024, 86_400_000, 31_536_000_000])
        {
            time.Now = Start.AddMilliseconds(later);
            Assert.Equal(time.Now, IdSource.TimeOf(ids.NewAttempt().Value));
        }

        Assert.All(["", "_", "att_", "att_1", "att_ilouILOU00", "att_zzzzzzzzzzzz", "0123456789abcdef"], text => Assert.Null(IdSource.TimeOf(text)));
    }

    [Fact]
    public void Each_of_the_128_random_bits_changes_the_id()
    {
        var time = new StoppedTime(Start);
        var seen = new HashSet<string> { Make(time, new byte[16]) };
        for (var bit = 0; bit < 128; bit++)
        {
            var flipped = new byte[16];
            flipped[bit / 8] = (byte)(1 << (bit % 8));
            Assert.True(seen.Add(Make(time, flipped)), $"Flipping random bit {bit} gives an id that another bit gives as well.");
        }

        Assert.Equal(129, seen.Count);
    }

    [Fact]
    public void The_random_part_is_the_random_bytes_and_nothing_else()
    {
        var chance = new Random(23);
        for (var round = 0; round < 200; round++)
        {
            var random = new byte[16];
            chance.NextBytes(random);
            Assert.Equal(random, Decode(Make(new StoppedTime(Start), random)[^26..]));
        }
    }

    [Fact]
    public void Ten_thousand_ids_of_one_millisecond_are_all_different()
    {
        var ids = new IdSource(new StoppedTime(Start), new Random(1).NextBytes);
        Assert.Distinct(Enumerable.Range(0, 10_000).Select(_ => ids.NewTask().Value));
    }

    [Fact]
    public void A_task_key_reads_back()
    {
        var key = new TaskKey(new AccountId("acc_1"), new TaskId("task_2"));
        Assert.Equal(key, TaskKey.Parse(key.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("acc_1")]
    [InlineData("/task_2")]
    public void A_text_without_an_account_is_no_task_key(string text) => Assert.Throws<FormatException>(() => TaskKey.Parse(text));

    private static string Make(TimeProvider time, byte[] random) => new IdSource(time, bytes => random.CopyTo(bytes, 0)).NewTask().Value;

    private static byte[] Decode(string text)
    {
        const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
        var bits = string.Concat(text.Select(character => Convert.ToString(Alphabet.IndexOf(character, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. Enumerable.Range(0, 16).Select(i => Convert.ToByte(bits.Substring(8 * i, 8), 2))];
    }

    private sealed class StoppedTime(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
