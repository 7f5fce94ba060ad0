using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Filmgate.Dialects.Tests.Http;

namespace Filmgate.Dialects.Tests.Apixo;

public sealed class HostileJsonTests(TestGateway gateway)
{
    private const int Seed = 20_261;
    private const int Mutations = 12_000;
    private const int Connections = 4;

    [Fact]
    public Task No_malformed_body_gets_anything_but_400() => AllAreRefused(HostileJson.Malformed());

    [Fact]
    public Task No_misfit_gets_anything_but_400() => AllAreRefused(HostileJson.Misfits());

    [Theory]
    [InlineData("[", 100_000)]
    [InlineData("{\"a\":", 100_000)]
    [InlineData("[", 29_000_000)]
    public async Task Deep_nesting_is_refused_at_once(string opening, int times)
    {
        var body = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(opening, times)));
        var clock = Stopwatch.StartNew();
        var (status, _) = await gateway.CreateAsync(body);
        Assert.Equal(400, status);

        // The goal is 100 ms for 100 000 brackets; the rest is room for a machine that does other things as well.
        Assert.True(clock.ElapsedMilliseconds < 5_000, $"{clock.ElapsedMilliseconds} ms");
    }

    [Fact]
    public async Task Mutated_bodies_are_taken_or_refused_but_never_break_anything()
    {
        var statuses = new System.Collections.Concurrent.ConcurrentDictionary<int, int>();
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async connection =>
        {
            var mutator = new Mutator(new Random(Seed + connection));
            for (var i = 0; i < Mutations / Connections; i++)
            {
                var body = mutator.Next();
                var (status, text) = await gateway.CreateAsync(body);
                Assert.True(status is 200 or 400, $"seed {Seed}, connection {connection}, body {i}: {status} for {Convert.ToBase64String(body)}");
                using var envelope = JsonDocument.Parse(text);
                Assert.Equal(status, envelope.RootElement.GetProperty("code").GetInt32());
                statuses.AddOrUpdate(status, 1, (_, count) => count + 1);
            }
        }));

        // A fuzz that only ever gets refusals would not have reached the reader.
        Assert.True(statuses[200] > Mutations / 100 && statuses[400] > Mutations / 2, string.Join(", ", statuses));
    }

    private async Task AllAreRefused(IEnumerable<byte[]> bodies)
    {
        var count = 0;
        foreach (var body in bodies)
        {
            count++;
            var (status, text) = await gateway.CreateAsync(body);
            Assert.True(status == 400, $"body {count} got {status}: {Encoding.UTF8.GetString(body, 0, Math.Min(body.Length, 200))}");
            using var envelope = JsonDocument.Parse(text);
            Assert.NotEmpty(envelope.RootElement.GetProperty("data").GetProperty("errors").EnumerateArray());
            Assert.True(text.Length < 20_000, $"body {count} got {text.Length} characters");
        }

        Assert.True(count > 300, $"{count} bodies");
    }

    /// <summary>Makes bodies by bending good ones: bytes flipped, tokens swapped in, pieces cut, doubled or spliced.</summary>
    private sealed class Mutator(Random random)
    {
        private static readonly byte[][] Seeds =
        [
            .. new[]
            {
                """{"input":{"mode":"master-text-to-video","prompt":"a cat","duration":5,"aspect_ratio":"1:1","cfg_scale":0.5}}""",
                """{"request_type":"callback","callback_url":"https://e.test/x","provider":"auto","source":"mcp","input":{"mode":"pro-image-to-video","prompt":"Zażółć \ud83c\udfac","negative_prompt":"blur","duration":"10","image_urls":["https://e.test/a.png","data:image/png;base64,AAAA"]}}""",
                """{"input":{"prompt":"x","image_urls":["https://e.test/a.png"],"unknown":{"a":[1,2,{"b":null}]}},"webhook":""}""",
            }.Select(Encoding.UTF8.GetBytes),
        ];

        private static readonly byte[][] Tokens =
        [
            .. new[]
            {
                "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u0000", "\\ud800", "\\udfff", "null", "true", "1e400", "-0", "NaN", "5", "10", "\"5\"", "[]", "{}", "\"input\":{},",
                "\"prompt\":\"b\",", "\"Prompt\":\"b\",", "\0", "\ufeff", "🎬", "\r\n", "99999999999999999999999999999999999999999999", "/*", "//",
            }.Select(Encoding.UTF8.GetBytes),
        ];

        public byte[] Next()
        {
            var body = Seeds[random.Next(Seeds.Length)].ToList();
            for (var changes = random.Next(1, 4); changes > 0 && body.Count > 1; changes--)
            {
                Change(body);
            }

            return [.. body];
        }

        private void Change(List<byte> body)
        {
            var at = random.Next(body.Count);
            var length = Math.Min(random.Next(1, 12), body.Count - at);
            switch (random.Next(6))
            {
                case 0:
                    body[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    body[at] = (byte)random.Next(256);
                    break;
                case 2:
                    body.InsertRange(at, Tokens[random.Next(Tokens.Length)]);
                    break;
                case 3:
                    body.RemoveRange(at, length);
                    break;
                case 4:
                    body.InsertRange(at, body.GetRange(at, length));
                    break;
                default:
                    var other = Seeds[random.Next(Seeds.Length)];
                    body.RemoveRange(at, body.Count - at);
                    body.AddRange(other.AsSpan(random.Next(other.Length)));
                    break;
            }
        }
    }
}
