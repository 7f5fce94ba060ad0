using System.Text;
using System.Text.RegularExpressions;

namespace Filmgate.EndToEnd.Transcripts;

/// <summary>One exchange of a transcript: what is sent and what must come back.</summary>
internal sealed record Exchange(string Title, string RequestLine, IReadOnlyList<string> RequestHeaders, string? RequestBody, int Status, IReadOnlyList<string> Headers, string Body)
{
    private const int RepetitionsMax = 3;

    /// <summary>Reads a transcript that lies beside the tests.</summary>
    public static IReadOnlyList<Exchange> ReadAll(string file)
    {
        using var stream = typeof(Exchange).Assembly.GetManifestResourceStream(file)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return [.. reader.ReadToEnd().Split("\n== ")[1..].Select(Read)];
    }

    /// <summary>Sends it and holds the answer against it; null when they agree.</summary>
    /// <param name="http">Sends.</param>
    /// <param name="names">What stands for a {NAME}; the body of the answer becomes LAST.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<string?> PlayAsync(HttpClient http, Dictionary<string, string> names, CancellationToken cancellationToken)
    {
        for (var repetition = 1; ; repetition++)
        {
            using var answer = await SendAsync(http, names, cancellationToken);
            var body = await answer.Content.ReadAsStringAsync(cancellationToken);
            if ((int)answer.StatusCode != Status && Title.EndsWith("until", StringComparison.Ordinal) && repetition < RepetitionsMax)
            {
                continue;
            }

            var difference = Difference(answer, body, names);
            names["LAST"] = body;
            return difference is null ? null : $"{Title}: {difference}\n{(int)answer.StatusCode}\n{answer.Headers}{body}";
        }
    }

    private static Exchange Read(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var sent = Part(lines, "> ");
        var expected = Part(lines, "< ");
        var hasBody = sent[^1].StartsWith('{');
        return new Exchange(
            lines[0], sent[0], sent[1..(hasBody ? ^1 : ^0)], hasBody ? sent[^1] : null, int.Parse(expected[0]), expected[1..^1], expected[^1]);
    }

    private static string[] Part(string[] lines, string mark) =>
        [.. lines.Where(line => line.StartsWith(mark, StringComparison.Ordinal)).Select(line => line[mark.Length..])];

    private static string Fill(string text, Dictionary<string, string> names) =>
        names.Aggregate(text, (filled, name) => filled.Replace($"{{{name.Key}}}", name.Value, StringComparison.Ordinal));

    private async Task<HttpResponseMessage> SendAsync(HttpClient http, Dictionary<string, string> names, CancellationToken cancellationToken)
    {
        var (method, path) = RequestLine.Split(' ') is [var first, var second] ? (first, second) : throw new FormatException(RequestLine);
        using var request = new HttpRequestMessage(new HttpMethod(method), Fill(path, names));
        foreach (var header in RequestHeaders)
        {
            var colon = header.IndexOf(": ", StringComparison.Ordinal);
            request.Headers.TryAddWithoutValidation(header[..colon], Fill(header[(colon + 2)..], names));
        }

        if (RequestBody is not null)
        {
            request.Content = new StringContent(Fill(RequestBody, names), Encoding.UTF8, "application/json");
        }

        return await http.SendAsync(request, cancellationToken);
    }

    private string? Difference(HttpResponseMessage answer, string body, Dictionary<string, string> names)
    {
        if ((int)answer.StatusCode != Status)
        {
            return $"the status should be {Status}";
        }

        foreach (var header in Headers)
        {
            if (header.StartsWith("! ", StringComparison.Ordinal))
            {
                if (answer.Headers.Contains(header[2..]))
                {
                    return $"the header {header[2..]} should be absent";
                }

                continue;
            }

            var colon = header.IndexOf(": ", StringComparison.Ordinal);
            var (name, value) = (header[..colon], header[(colon + 2)..]);
            var found = answer.Headers.TryGetValues(name, out var values) || answer.Content.Headers.TryGetValues(name, out values) ? string.Join(", ", values) : null;
            if (found is null || !IsLike(found, value))
            {
                return $"the header {name} should be {value}";
            }
        }

        return IsLike(body, Fill(Body, names)) ? null : $"the body should be {Body}";
    }

    private static bool IsLike(string text, string pattern) =>
        Regex.IsMatch(text, $"^{Regex.Escape(pattern).Replace("\\*", ".+", StringComparison.Ordinal)}$", RegexOptions.CultureInvariant);
}
