using System.Text.Json;
using Filmgate.Testing;

namespace Filmgate.Cli.Tests;

public sealed class TasksTests
{
    private const string List = "GET /api/v1/tasks";
    private const string Read = "GET /api/v1/tasks/task_1";
    private const string Cancel = "POST /api/v1/tasks/task_1/cancel";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("tasks", "filmgate tasks: a command is missing; there are list, show")]
    [InlineData("tasks lst", "filmgate tasks: unknown command 'lst'; there are list, show")]
    [InlineData("tasks list", "filmgate tasks list: an API key is needed: give --key or set FILMGATE_API_KEY")]
    [InlineData("tasks list --server here --key k", "filmgate tasks list: --server must be an address such as http://127.0.0.1:8080, got 'here'")]
    [InlineData("tasks list --key k --limit many", "filmgate tasks list: --limit must be a whole number, got 'many'")]
    [InlineData("tasks list --key k --limit 1.5", "filmgate tasks list: --limit must be a whole number, got '1.5'")]
    [InlineData("tasks list --key k --created-from yesterday", "filmgate tasks list: --created-from must be a day or a time, such as 2026-01-31 or 2026-01-31T12:00:00Z, got 'yesterday'")]
    [InlineData("tasks list --key k --created-before 2026-02-30", "filmgate tasks list: --created-before must be a day or a time")]
    [InlineData("tasks list --key k --metadata film", "filmgate tasks list: --metadata must be NAME=VALUE, got 'film'")]
    [InlineData("tasks list --key k --metadata =x", "filmgate tasks list: --metadata must be NAME=VALUE, got '=x'")]
    [InlineData("tasks list --key k --metadata a=1 --metadata a=2", "filmgate tasks list: --metadata names 'a' twice")]
    [InlineData("tasks list --key k extra", "filmgate tasks list: unexpected 'extra'")]
    [InlineData("tasks show --key k", "filmgate tasks show: Required argument missing for command: 'show'")]
    [InlineData("tasks show --key k ..", "filmgate tasks show: TASK must be an id, got '..'")]
    [InlineData("tasks cancel task_1", "filmgate tasks cancel: an API key is needed")]
    [InlineData("tasks cancel --key klucz-ł task_1", "filmgate tasks cancel: the key has characters that no key has")]
    [InlineData("tasks unconfirmed", "filmgate tasks unconfirmed: an admin key is needed: give --key or set FILMGATE_ADMIN_KEY")]
    [InlineData("tasks resolve --key k att_1", "filmgate tasks resolve: Option '--as' is required")]
    [InlineData("tasks resolve --key k --as billed", "filmgate tasks resolve: say which: give ATTEMPT, or --provider for all that are open at a provider")]
    [InlineData("tasks resolve --key k --as billed --before 2026-01-31T12:00:00Z", "filmgate tasks resolve: say which")]
    [InlineData("tasks resolve --key k --as billed att_1 --provider fal", "filmgate tasks resolve: ATTEMPT names one attempt, and --provider and --before many")]
    [InlineData("tasks resolve --key k --as billed --provider fal --amount 1", "filmgate tasks resolve: --amount is for one attempt")]
    [InlineData("tasks resolve --key k --as billed att_1 --amount much", "filmgate tasks resolve: --amount must be a number, got 'much'")]
    [InlineData("tasks resolve --key k --as billed ..", "filmgate tasks resolve: ATTEMPT must be an id, got '..'")]
    public async Task A_wrong_command_line_is_explained_in_one_line_and_ends_with_2(string line, string beginning)
    {
        var run = await CommandLine.RunAsync(line.Split(' '));

        Assert.Equal((2, ""), (run.ExitCode, run.Out));
        Assert.StartsWith(beginning, run.Error, StringComparison.Ordinal);
        Assert.EndsWith(" --help" + Environment.NewLine, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("tasks --help", "filmgate tasks cancel task_…")]
    [InlineData("tasks list --help", "--metadata <NAME=VALUE>")]
    [InlineData("tasks show --help", "The task's id.")]
    [InlineData("tasks cancel --help", "ends with 1 when it is too late")]
    [InlineData("tasks resolve --help", "--as <billed|unbilled>")]
    [InlineData("tasks unconfirmed --help", "Admin key. Default: FILMGATE_ADMIN_KEY.")]
    [InlineData("tasks cancel --help", "API key. Default: FILMGATE_API_KEY.")]
    public async Task Help_shows_options_and_examples(string line, string expected)
    {
        var run = await CommandLine.RunAsync(line.Split(' '));

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains(expected, run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_is_a_table_with_a_row_for_each_task_and_a_hint_that_there_are_more()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(List, Reply.Data("""
            {"tasks":[
              {"taskId":"task_2","state":"processing","createTime":1760000000000,"cost":0,"hold":1.4,"input":{"mode":"master-text-to-video","prompt":"two\n\u001b[31mlines"},
               "attempts":[{"number":1,"provider":"fal","state":"refused"},{"number":2,"provider":"kie","state":"accepted"}]},
              {"taskId":"task_1","state":"failed","failCode":"CANCELED","createTime":1759999999000,"cost":0.28,
               "input":{"mode":"standard-image-to-video","prompt":"a very long prompt that no table of a terminal can take"},"attempts":[]},
              {"taskId":"task_0","state":"upscaling"}],
             "nextCursor":"task_0"}
            """));

        var run = await AskAsync(server, "tasks", "list");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(
            [
                "task state code created mode provider USD held prompt",
                "task_2 processing - 2025-10-09 08:53:20Z master-text-to-video kie 0.00 1.40 two [31mlines",
                "task_1 failed CANCELED 2025-10-09 08:53:19Z standard-image-to-video - 0.28 - a very long prompt that no table of a terminal…",
                "task_0 upscaling - - - - - - -",
            ],
            run.Out.TrimEnd().ReplaceLineEndings("\n").Split('\n').Select(row => string.Join(' ', row.Split(' ', StringSplitOptions.RemoveEmptyEntries))));
        Assert.Equal($"There are more; go on with --cursor task_0{Environment.NewLine}", run.Error);
    }

    [Fact]
    public async Task With_json_a_list_is_the_data_as_the_server_gave_it()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(List, Reply.Data("""{"tasks":[{"taskId":"task_1","state":"failed","novelty":1.50}],"nextCursor":"task_1"}"""));

        var run = await AskAsync(server, "tasks", "list", "--json");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(
            """{"tasks":[{"taskId":"task_1","state":"failed","novelty":1.50}],"nextCursor":"task_1"}""", JsonSerializer.Serialize(JsonElement.Parse(run.Out)));
    }

    [Fact]
    public async Task Every_filter_is_sent()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(List, Reply.Data("""{"tasks":[]}"""));

        await AskAsync(
            server, "tasks", "list", "--state", "failed", "--mode", "master-text-to-video", "--created-from", "2026-01-31", "--created-before", "2026-01-31T12:00:00+02:00",
            "--prompt", "sea & sky", "--source", "reel", "--metadata", "film=a=b", "--metadata", "shot=3", "--limit", "5", "--cursor", "task_9");

        Assert.Equal(
            "?limit=5&cursor=task_9&state=failed&mode=master-text-to-video&created_from=1769817600000&created_before=1769853600000"
            + "&prompt=sea%20%26%20sky&source=reel&metadata.film=a%3Db&metadata.shot=3",
            server.Requests[0].Query);
    }

    [Fact]
    public async Task A_shown_task_tells_what_was_asked_what_it_cost_and_what_happened_when()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(Read, Reply.Data("""
            {"taskId":"task_1","mode":"master-text-to-video","state":"success","progress":100,"createTime":1760000000000,"completeTime":1760000071500,
             "costTime":71500,"cancelRequestedTime":1760000000900,"cost":1.4,"resultUrls":["http://h/v.mp4?s=1"],"posterUrl":"http://h/p.jpg",
             "clip":{"width":1920,"height":1080,"duration":5.04,"frames":121,"bytes":900},"source":"reel 7","metadata":{"film":"harbour","shot":"3"},
             "input":{"mode":"master-text-to-video","prompt":"Blue hour\nslow pan","negative_prompt":"rain","duration":5,"aspect_ratio":"16:9","cfg_scale":0.5,"provider":"auto"},
             "attempts":[
               {"number":1,"provider":"fal","state":"refused","reason":"It is full.","preparedTime":1760000000100,"sentTime":1760000000200,"endedTime":1760000000450},
               {"number":2,"provider":"kie","state":"completed","preparedTime":1760000000500,"sentTime":1760000000600,"acceptedTime":1760000000800,"endedTime":1760000070600}]}
            """));

        var run = await AskAsync(server, "tasks", "show", "task_1");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var lines = run.Out.ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd()).ToList();
        Assert.Equal(
            [
                "task            task_1",
                "state           success",
                "mode            master-text-to-video",
                "prompt          Blue hour slow pan",
                "not to be seen  rain",
                "length          5 s",
                "shape           16:9",
                "cfg scale       0.5",
                "provider asked  auto",
                "source          reel 7",
                "metadata        film=harbour, shot=3",
                "cost            1.40 USD",
                "took            71.5 s",
                "clip            1920x1080, 5.04 s, 121 frames, 900 bytes",
                "clip at         http://h/v.mp4?s=1",
                "poster at       http://h/p.jpg",
                "",
            ],
            lines[..17]);
        Assert.Equal(
            ["attempt provider state took reason", "1 fal refused 0.25 s It is full.", "2 kie completed 70.0 s -"],
            lines[17..20].Select(row => string.Join(' ', row.Split(' ', StringSplitOptions.RemoveEmptyEntries))));
        Assert.Equal(
            [
                "",
                "2025-10-09 08:53:20.000Z  accepted",
                "2025-10-09 08:53:20.100Z  attempt 1 is for fal",
                "2025-10-09 08:53:20.200Z  attempt 1 is sent",
                "2025-10-09 08:53:20.450Z  attempt 1 is refused: It is full.",
                "2025-10-09 08:53:20.500Z  attempt 2 is for kie",
                "2025-10-09 08:53:20.600Z  attempt 2 is sent",
                "2025-10-09 08:53:20.800Z  attempt 2 is taken by kie",
                "2025-10-09 08:53:20.900Z  somebody wishes to cancel it",
                "2025-10-09 08:54:30.600Z  attempt 2 is completed",
                "2025-10-09 08:54:31.500Z  success",
                "",
            ],
            lines[20..]);
    }

    [Fact]
    public async Task A_task_at_a_server_that_tells_little_is_shown_with_what_there_is()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(ScriptedServer.Status, Reply.Data("""{"taskId":"task_1","state":"failed","createTime":1760000000000,"completeTime":1760000001000,"failCode":"NSFW_DETECTED","failMsg":"No."}"""));

        var run = await AskAsync(server, "tasks", "show", "task_1");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(
            """
            task     task_1
            state    failed
            failure  NSFW_DETECTED: No.
            took     1.0 s

            2025-10-09 08:53:20.000Z  accepted
            2025-10-09 08:53:21.000Z  failed: NSFW_DETECTED

            """.ReplaceLineEndings("\n"),
            run.Out.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task With_json_a_task_is_the_data_as_the_server_gave_it()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(Read, Reply.Data("""{"taskId":"task_1","state":"failed","novelty":true}"""));

        var run = await AskAsync(server, "tasks", "show", "task_1", "--json");

        Assert.Equal("""{"taskId":"task_1","state":"failed","novelty":true}""", JsonSerializer.Serialize(JsonElement.Parse(run.Out)));
    }

    [Theory]
    [InlineData("canceled", 0, "canceled: no provider has it, and what was held for it is free again", "")]
    [InlineData("requested", 0, "requested: its provider is asked to stop; it ends as canceled, or with a clip that came all the same", "")]
    [InlineData("too_late", 1, "", "filmgate tasks cancel: too late: the task has ended, or its clip is being taken in")]
    [InlineData("undone", 0, "undone", "")]
    public async Task A_cancellation_says_what_came_of_it(string outcome, int code, string told, string error)
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(Cancel, Reply.Data($$"""{"taskId":"task_1","outcome":"{{outcome}}"}"""));

        var run = await AskAsync(server, "tasks", "cancel", "task_1");
        var json = await AskAsync(server, "tasks", "cancel", "task_1", "--json");

        Assert.Equal((code, told, error), (run.ExitCode, run.Out.TrimEnd(), run.Error.TrimEnd()));
        Assert.Equal((code, error), (json.ExitCode, json.Error.TrimEnd()));
        Assert.Equal($$"""{"taskId":"task_1","outcome":"{{outcome}}"}""", JsonSerializer.Serialize(JsonElement.Parse(json.Out)));
    }

    [Theory]
    [InlineData("tasks show task_9", "filmgate tasks show: There is no such task, or it is not one of this account. (HTTP 404)")]
    [InlineData("tasks cancel task_9", "filmgate tasks cancel: There is no such task, or it is not one of this account. (HTTP 404)")]
    [InlineData("tasks list --state lost", "filmgate tasks list: state must be one of pending, processing, success, failed, got lost (HTTP 400)")]
    public async Task A_refusal_is_one_line_and_ends_with_1(string line, string expected)
    {
        await using var server = await ScriptedServer.StartAsync();
        var unknown = Reply.Json("""{"code":404,"message":"There is no such task, or it is not one of this account.","data":{}}""", 404);
        server.On("GET /api/v1/tasks/task_9", unknown).On(ScriptedServer.Status, unknown).On("POST /api/v1/tasks/task_9/cancel", unknown)
            .On(List, Reply.Json("""{"code":400,"message":"state must be one of pending, processing, success, failed, got lost","data":{}}""", 400));

        var run = await AskAsync(server, line.Split(' '));

        Assert.Equal((1, "", expected), (run.ExitCode, run.Out, run.Error.TrimEnd()));
    }

    [Fact]
    public async Task Unconfirmed_charges_are_a_table_for_people_and_the_data_for_programs()
    {
        await using var server = await ScriptedServer.StartAsync();
        const string Data = """
            {"attempts":[{"id":"att_1","task_id":"task_1","account_id":"acc_1","provider":"fal","upstream_id":null,"amount":1.4,"reason":"Nobody\u001b knows.","since":"2026-01-31T12:00:00Z"}],"more":true}
            """;
        server.On("GET /admin/v1/attempts", Reply.Data(Data));

        var run = await AskAsync(server, "tasks", "unconfirmed", "--provider", "fal", "--before", "2026-01-31T12:00:00+02:00", "--limit", "1");
        var json = await AskAsync(server, "tasks", "unconfirmed", "--json");

        Assert.Equal(["?unconfirmed=true&provider=fal&before=2026-01-31T12%3A00%3A00%2B02%3A00&limit=1", "?unconfirmed=true"], server.Requests.Select(request => request.Query));
        Assert.Equal(
            ["attempt task account provider its id USD since reason", "att_1 task_1 acc_1 fal - 1.40 2026-01-31 12:00:00Z Nobody knows."],
            run.Out.TrimEnd().ReplaceLineEndings("\n").Split('\n').Select(row => string.Join(' ', row.Split(' ', StringSplitOptions.RemoveEmptyEntries))));
        Assert.StartsWith("There may be more", run.Error, StringComparison.Ordinal);
        Assert.Equal("att_1", JsonElement.Parse(json.Out).GetProperty("attempts")[0].GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("billed", """{"as":"billed"}""")]
    [InlineData("billed --amount 1.40", """{"as":"billed","amount":1.40}""")]
    [InlineData("unbilled", """{"as":"unbilled"}""")]
    public async Task A_decision_is_sent_as_it_is_given_and_its_outcome_told(string options, string body)
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("POST /admin/v1/attempts/att_1/resolve", Reply.Data(
            """{"id":"att_1","task_id":"task_1","account_id":"acc_1","provider":"fal","as":"billed","charged":1.4,"task_cost":2.8,"task_settled":true}"""));

        var run = await AskAsync(server, ["tasks", "resolve", "att_1", "--as", .. options.Split(' ')]);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(body, server.Requests[0].Body);
        Assert.Equal(
            "attempt    att_1\nas         billed\ncharged    1.40 USD\ntask       task_1\naccount    acc_1\ntask cost  2.80 USD, settled\n", run.Out.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task Many_are_decided_request_by_request_until_none_is_left()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(
            "POST /admin/v1/attempts/resolve",
            Reply.Data("""{"attempts":[{"id":"att_1","task_id":"task_1","account_id":"acc_1","as":"billed","charged":1.4}],"charged":1.4,"more":true}"""),
            Reply.Data("""{"attempts":[{"id":"att_2","task_id":"task_2","account_id":"acc_1","as":"billed","charged":0.28}],"charged":0.28,"more":false}"""));

        var run = await AskAsync(server, "tasks", "resolve", "--provider", "fal", "--before", "2026-01-31T12:00:00Z", "--as", "billed");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(2, server.Requests.Count);
        Assert.All(server.Requests, request => Assert.Equal("""{"as":"billed","provider":"fal","before":"2026-01-31T12:00:00Z"}""", request.Body));
        var lines = run.Out.TrimEnd().ReplaceLineEndings("\n").Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.Equal("2 attempts at fal, 1.68 USD", lines[^1]);
    }

    [Fact]
    public async Task Server_and_key_come_from_the_environment()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(List, Reply.Data("""{"tasks":[]}"""));

        var run = await CommandLine.RunAsync(
            ["tasks", "list"], new Dictionary<string, string> { ["FILMGATE_URLS"] = server.Address, ["FILMGATE_API_KEY"] = "fg_live_k" }, Ct);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal("Bearer fg_live_k", Assert.Single(server.Requests).Headers["Authorization"]);
    }

    private static Task<CommandLine> AskAsync(ScriptedServer server, params string[] line) =>
        CommandLine.RunAsync([.. line, "--server", server.Address, "--key", "fg_live_k"]);
}
