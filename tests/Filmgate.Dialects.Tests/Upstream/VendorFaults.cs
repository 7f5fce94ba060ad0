using System.Text;
using Filmgate.Model.Providers;

namespace Filmgate.Dialects.Tests.Upstream;

/// <summary>What can go wrong between us and a vendor, by name, and what a submission must come to.</summary>
internal static class VendorFaults
{
    /// <summary>Words that every vendor's error form shows, because all of their names hold it.</summary>
    public static string Error(string words)
    {
        var text = System.Text.Json.JsonSerializer.Serialize(words);
        return $"{{\"message\":{text},\"msg\":{text},\"detail\":{text},\"title\":{text},\"error\":{{\"message\":{text}}}}}";
    }

    /// <summary>Faults and outcomes: null is <see cref="SubmitResult.Unknown"/>, which means "not provably refused".</summary>
    public static TheoryData<string, RefusalClass?> Rows => new()
    {
        { "connection refused", RefusalClass.NotReceived },
        { "reset before headers", null },
        { "closed before headers", null },
        { "reset after headers", null },
        { "stall", null },
        { "drip", null },
        { "half a JSON", null },
        { "half a body", null },
        { "HTML with 200", null },
        { "JSON in UTF-16", null },
        { "JSON in Latin-1", null },
        { "10 MB", null },
        { "empty 200", null },
        { "200 {}", null },
        { "200 null", null },
        { "204", null },
        { "301 elsewhere", null },
        { "302 elsewhere", null },
        { "303 elsewhere", null },
        { "307 elsewhere", RefusalClass.Outage },
        { "308 elsewhere", RefusalClass.Outage },
        { "400", RefusalClass.Input },
        { "401", RefusalClass.Auth },
        { "402", RefusalClass.Balance },
        { "403", RefusalClass.Permission },
        { "404", RefusalClass.Outage },
        { "408", null },
        { "409", null },
        { "429", RefusalClass.Busy },
        { "429 with Retry-After", RefusalClass.Busy },
        { "429 with Retry-After of 68 years", RefusalClass.Busy },
        { "500", null },
        { "502 HTML", null },
        { "503 with Retry-After", null },
        { "504", null },
    };

    /// <summary>Faults in which the vendor says something wrong, or nothing: for reads and look-ups.</summary>
    public static TheoryData<string> Names => [.. Rows.Select(row => row.Data.Item1)];

    /// <summary>Does it.</summary>
    /// <param name="fault">Its name.</param>
    /// <param name="connection">The server's end.</param>
    /// <param name="canary">Where redirects lead.</param>
    /// <param name="good">The vendor's good answer, for faults that spoil one.</param>
    public static Task PlayAsync(string fault, VendorConnection connection, Uri canary, string good)
    {
        const string json = "Content-Type: application/json\r\n";
        var length = Encoding.UTF8.GetByteCount(good);
        switch (fault)
        {
            case "reset before headers":
                connection.Reset();
                return Task.CompletedTask;
            case "closed before headers":
                return Task.CompletedTask;
            case "reset after headers":
                return ResetAfterAsync(connection, $"HTTP/1.1 200 OK\r\n{json}Content-Length: {length}\r\n\r\n");
            case "stall":
                return connection.StallAsync();
            case "drip":
                return connection.DripAsync($"HTTP/1.1 200 OK\r\n{json}Content-Length: {length}\r\n\r\n{good}");
            case "half a JSON":
                return connection.AnswerAsync(200, good[..(good.Length / 2)]);
            case "half a body":
                return connection.SendAsync($"HTTP/1.1 200 OK\r\n{json}Content-Length: {length}\r\n\r\n{good[..(good.Length / 2)]}");
            case "HTML with 200":
                return connection.AnswerAsync(200, "<!doctype html><title>Welcome</title>", "Content-Type: text/html\r\n");
            case "JSON in UTF-16":
                return connection.AnswerAsync(200, Encoding.Unicode.GetBytes(good), "Content-Type: application/json; charset=utf-16\r\n");
            case "JSON in Latin-1":
                return connection.AnswerAsync(200, Encoding.Latin1.GetBytes($"{{\"żółw\":\"é\",{good.TrimStart()[1..]}"), "Content-Type: application/json; charset=iso-8859-1\r\n");
            case "10 MB":
                return connection.AnswerAsync(200, new byte[10_000_000]);
            case "empty 200":
                return connection.AnswerAsync(200, "");
            case "200 {}":
                return connection.AnswerAsync(200, "{}");
            case "200 null":
                return connection.AnswerAsync(200, "null");
            case "204":
                return connection.SendAsync("HTTP/1.1 204 No Content\r\n\r\n");
            case "429 with Retry-After":
                return connection.AnswerAsync(429, Error("slow down"), json + "Retry-After: 7\r\n");
            case "429 with Retry-After of 68 years":
                return connection.AnswerAsync(429, Error("slow down"), json + "Retry-After: 2147483647\r\n");
            case "502 HTML":
                return connection.AnswerAsync(502, "<html>Bad gateway</html>", "Content-Type: text/html\r\n");
            case "503 with Retry-After":
                return connection.AnswerAsync(503, Error("later"), json + "Retry-After: 7\r\n");
        }

        var status = int.Parse(fault.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        return fault.EndsWith("elsewhere", StringComparison.Ordinal)
            ? connection.AnswerAsync(status, "", $"Location: {canary}stolen\r\n")
            : connection.AnswerAsync(status, Error("no"));
    }

    private static async Task ResetAfterAsync(VendorConnection connection, string head)
    {
        await connection.SendAsync(head);

        // The head must have left before the reset takes back what is still queued.
        await Task.Delay(100);
        connection.Reset();
    }
}
