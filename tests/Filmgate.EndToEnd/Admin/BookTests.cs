using System.Text.Json;
using Filmgate.EndToEnd.House;

namespace Filmgate.EndToEnd.Admin;

[Collection(nameof(WorkingGateway))]
public sealed class BookTests(WorkingGateway gateway)
{
    private static readonly TimeSpan RenderPatience = TimeSpan.FromSeconds(50);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_clip_is_held_settled_and_reported_and_a_failure_is_given_back()
    {
        var account = (await gateway.AdminAsync("POST accounts", """{"name":"=HYPERLINK(\"http://x\")"}""")).Text("id");
        var (key, secret) = await gateway.NewKeyAsync(account);

        // :: Step 1: one clip that comes, one that cannot: its picture has the beginning of a PNG and no more.
        var good = await AskAsync(secret, "image/jpeg", await File.ReadAllBytesAsync(Path.Combine(Root(), "samples", "lighthouse.jpg"), Ct));
        var bad = await AskAsync(secret, "image/png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]);
        Assert.Equal(("failed", "success"), (await EndAsync(secret, bad), await EndAsync(secret, good)));

        // :: Step 2: the ledger, newest first, and what it adds up to.
        var entries = (await gateway.AdminAsync($"GET accounts/{account}/ledger")).Data.GetProperty("entries").EnumerateArray()
            .Select(entry => (entry.GetProperty("task_id").GetString(), entry.GetProperty("kind").GetString(), entry.GetProperty("amount").GetDecimal()))
            .ToList();
        Assert.Equal([("hold", 0.28m), ("settle", 0m)], entries.Where(entry => entry.Item1 == good).Reverse().Select(entry => (entry.Item2!, entry.Item3)));
        Assert.Equal([("hold", 0.28m), ("release", -0.28m)], entries.Where(entry => entry.Item1 == bad).Reverse().Select(entry => (entry.Item2!, entry.Item3)));
        var totals = (await gateway.AdminAsync($"GET accounts/{account}")).Data.GetProperty("totals");
        Assert.Equal("""{"spent":0.28,"spent_today":0.28,"spent_this_month":0.28,"held":0,"left":99.72,"tasks_in_flight":0}""", totals.GetRawText());

        // :: Step 3: the report in both forms.
        var day = (await gateway.AdminAsync($"GET keys/{key}")).Data.GetProperty("created_at").GetString()![..10];
        var spend = await gateway.AdminAsync($"GET spend?from={day}&account={account}");
        var line = Assert.Single(spend.Data.GetProperty("lines").EnumerateArray());
        Assert.Equal(
            (day, account, key, "standard-image-to-video", 1, 0.28m),
            (Of("day"), Of("account_id"), Of("key_id"), Of("mode"), line.GetProperty("tasks").GetInt32(), line.GetProperty("cost").GetDecimal()));
        Assert.Equal("""{"tasks":1,"cost":0.28}""", spend.Data.GetProperty("totals").GetRawText());
        Assert.Equal(0, (await gateway.AdminAsync("GET spend?from=2020-01-01&to=2020-12-31")).Data.GetProperty("totals").GetProperty("cost").GetDecimal());
        var csv = await gateway.AdminAsync($"GET spend?from={day}&account={account}&format=csv");
        Assert.Equal(
            $"""
            day,account_id,account_name,key_id,key_name,provider,mode,tasks,cost_usd
            {day},{account},"'=HYPERLINK(""http://x"")",{key},a key,{Of("provider")},standard-image-to-video,1,0.28

            """,
            csv.Body.ReplaceLineEndings("\n"));
        Assert.Contains("\r\n", csv.Body, StringComparison.Ordinal);

        // :: Step 4: the command line shows the same, and the doctor finds all of it sound.
        var shown = await gateway.RunAsync("spend", "--account", account, "--csv");
        Assert.Equal((0, csv.Body, ""), shown);
        Assert.Equal((0, "The store is sound.\n", ""), await gateway.RunAsync("doctor"));

        // :: Step 5: beside a running gateway nobody opens its file; afterwards the store itself is checked, and what is wrong in it is found.
        if (StoreUnderTest.IsOneFile)
        {
            var (code, _, error) = await gateway.RunAsync(StoreUnderTest.Doctor(gateway.DataFolder));
            Assert.Equal(1, code);
            Assert.StartsWith("filmgate doctor: The data in ", error, StringComparison.Ordinal);
        }

        await gateway.StopAsync();
        Assert.Equal((0, "The store is sound.\n", ""), await gateway.RunAsync(StoreUnderTest.Doctor(gateway.DataFolder)));
        await SpoilAsync(account);
        var spoiled = await gateway.RunAsync(StoreUnderTest.Doctor(gateway.DataFolder));
        Assert.Equal((1, ""), (spoiled.Code, spoiled.Error));
        Assert.Contains($"Account {account} has settled 280001 micro-dollars; its settled tasks cost 280000.\n", spoiled.Out, StringComparison.Ordinal);
        var json = await gateway.RunAsync([.. StoreUnderTest.Doctor(gateway.DataFolder), "--json"]);
        Assert.Equal((1, false), (json.Code, JsonElement.Parse(json.Out).GetProperty("ok").GetBoolean()));

        string? Of(string name) => line.GetProperty(name).GetString();
    }

    private async Task<string> AskAsync(string key, string type, byte[] picture)
    {
        var told = await gateway.SendAsync(
            "POST",
            "/api/v1/generateTask/kling-2-1",
            $$$"""{"input":{"mode":"standard-image-to-video","prompt":"Slow push in","image_urls":["data:{{{type}}};base64,{{{Convert.ToBase64String(picture)}}}"]}}""",
            key);
        Assert.True(told.IsAccepted, told.Body);
        return told.Text("taskId");
    }

    private async Task<string> EndAsync(string key, string task)
    {
        for (var began = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(began) < RenderPatience; await Task.Delay(200, Ct))
        {
            if ((await gateway.SendAsync("GET", $"/api/v1/statusTask/kling-2-1?taskId={task}", null, key)).Text("state") is var state and ("success" or "failed"))
            {
                return state;
            }
        }

        return "not ended";
    }

    private async Task SpoilAsync(string account) =>
        Assert.Equal(1, await StoreUnderTest.ExecuteAsync(gateway.DataFolder, $"UPDATE accounts SET settled_micros = settled_micros + 1 WHERE id = '{account}'"));

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Filmgate.slnx")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
