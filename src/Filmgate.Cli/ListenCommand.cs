using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text;
using Filmgate.Cli.Webhooks;
using Filmgate.Client;
using Filmgate.Model.Webhooks;

namespace Filmgate.Cli;

/// <summary><c>filmgate listen</c>: shows the account's events as they happen, and posts them to a receiver in development.</summary>
internal static class ListenCommand
{
    /// <summary>What its help ends with.</summary>
    public const string Ending =
        """
        For a receiver on your own machine, which the gateway does not reach: the command asks the gateway, and posts what it hears
        as the gateway would, once each, with a signature by the secret that it prints first. A connection that breaks is opened
        again and nothing is left out. Ctrl-C ends it with exit code 0.

        Examples:
          filmgate listen
          filmgate listen --forward-to http://localhost:3000/hook
          filmgate listen --forward-to http://localhost:3000/hook --events video.completed,video.failed
          filmgate listen --print-json --events video.completed
        """;

    private const string SecretVariable = "FILMGATE_WEBHOOK_SECRET";

    /// <summary>Makes the command.</summary>
    /// <param name="terminal">Where it writes.</param>
    public static Command Create(CliTerminal terminal)
    {
        var options = new AccountOptions();
        var forward = new Option<string?>("--forward-to") { HelpName = "URL", Description = "Post each event there, such as to http://localhost:3000/hook." };
        var secret = new Option<string?>("--secret")
        {
            HelpName = "SECRET", Description = $"What signs the posts: whsec_ and base 64. Default: {SecretVariable}, else a new one, which is printed.",
        };
        var events = new Option<string?>("--events") { HelpName = "TYPE,…", Description = $"Only these: {string.Join(", ", WebhookEventNames.Choices)}. Default: all." };
        var json = new Option<bool>("--print-json") { Description = "Print each event as one line of JSON; what is for people goes to standard error." };
        var after = new Option<string?>("--after") { HelpName = "EVENT", Description = "Begin behind this event, evt_…, of the last three days. Default: now." };
        var command = new Command("listen", "Show events as they happen, and post them to a receiver on your machine.") { options.Server, options.Key, forward, secret, events, json, after };
        command.SetAction(async (line, cancellationToken) =>
        {
            var types = Types(line.GetValue(events));
            using var forwarder = Forwarder(line.GetValue(forward), line.GetValue(secret), terminal, out var newSecret);
            using var client = options.Connect(line, terminal);
            var log = line.GetValue(json) ? terminal.Error : terminal.Out;
            if (newSecret is not null)
            {
                log.WriteLine($"Secret: {newSecret}");
            }

            var listening = new Listening(terminal, log, line.GetValue(json), forwarder, TimeProvider.System);
            return await listening.RunAsync(client, types, line.GetValue(after), cancellationToken);
        });
        return command;
    }

    private static string[] Types(string? text)
    {
        var types = text?.Split(',', StringSplitOptions.TrimEntries) ?? [];
        return types.FirstOrDefault(type => WebhookEventNames.Find(type) is null) is { } unknown
            ? throw new UsageException($"--events must name events with commas between: {string.Join(", ", WebhookEventNames.Choices)}; got '{unknown}'")
            : types;
    }

    private static WebhookForwarder? Forwarder(string? address, string? given, CliTerminal terminal, out string? newSecret)
    {
        newSecret = null;
        if (address is null)
        {
            return given is null ? null : throw new UsageException("--secret signs what is posted: give --forward-to as well");
        }

        if (!Uri.TryCreate(address, UriKind.Absolute, out var receiver) || receiver.Scheme is not ("http" or "https"))
        {
            throw new UsageException($"--forward-to must be an address such as http://localhost:3000/hook, got '{address}'");
        }

        var secret = given ?? terminal.Variable(SecretVariable) ?? (newSecret = WebhookForwarder.NewSecret());
        try
        {
            return new WebhookForwarder(receiver, secret);
        }
        catch (ArgumentException)
        {
            // The secret itself stays out of the message.
            throw new UsageException($"{(given is null ? SecretVariable : "--secret")} must be whsec_ and base 64 of 24 to 64 bytes");
        }
    }

    /// <summary>One run: what was heard, and what is told of it.</summary>
    private sealed class Listening(CliTerminal terminal, TextWriter log, bool printsJson, WebhookForwarder? forwarder, TimeProvider time)
    {
        private const int TypeWidth = 17;

        private int _events;
        private int _failed;
        private bool _hasBegun;

        public async Task<int> RunAsync(AccountClient client, string[] types, string? lastId, CancellationToken cancellationToken)
        {
            try
            {
                while (true)
                {
                    try
                    {
                        await foreach (var happened in client.EventsAsync(Query(types, lastId), cancellationToken))
                        {
                            lastId = happened.Id;
                            await TellAsync(happened, cancellationToken);
                        }
                    }
                    catch (FilmgateException gone) when (gone.Status == HttpStatusCode.Gone && _hasBegun)
                    {
                        // The gateway was away for longer than it keeps events; going on is of more use than ending.
                        Say($"events after {lastId} are kept no longer; going on from now");
                        lastId = null;
                    }
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                log.WriteLine($"Stopped after {_events} event{(_events == 1 ? "" : "s")}{(_failed > 0 ? $", {_failed} not taken by the receiver" : "")}.");
                return ExitCode.Ok;
            }
        }

        private AccountEventQuery Query(string[] types, string? lastId) => new()
        {
            Types = types,
            LastId = lastId,
            Opened = () =>
            {
                Say(_hasBegun ? "connected again" : "listening");
                _hasBegun = true;
            },

            // Whoever begins wants to hear at once that the server is away; once it was there, it is waited for.
            Lost = (reason, wait) =>
            {
                if (!_hasBegun)
                {
                    throw reason;
                }

                Say($"{reason.Message.TrimEnd('.')}; trying again in {wait.TotalSeconds:0.#} s");
            },
            TriesMax = int.MaxValue,
        };

        private async Task TellAsync(AccountEvent happened, CancellationToken cancellationToken)
        {
            _events++;
            if (printsJson)
            {
                terminal.Out.WriteLine(Encoding.UTF8.GetString(happened.Body.Span));
            }

            var about = $"{DataOutput.Plain(happened.Type),-TypeWidth}  {Subject(happened)}";
            if (forwarder is null)
            {
                Say(about);
                return;
            }

            var began = time.GetTimestamp();
            string result;
            try
            {
                var status = await forwarder.PostAsync(happened, cancellationToken);
                _failed += status is >= 200 and <= 299 ? 0 : 1;
                result = status.ToString(CultureInfo.InvariantCulture);
            }
            catch (Exception failure) when (failure is HttpRequestException or TimeoutException)
            {
                _failed++;
                result = $"failed: {failure.GetBaseException().Message.TrimEnd('.')}";
            }

            Say($"{about}  {result}  {time.GetElapsedTime(began).TotalMilliseconds:0} ms");
        }

        private void Say(string text) => log.WriteLine($"{time.GetUtcNow().UtcDateTime.ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture)}  {text}");

        private static string Subject(AccountEvent happened)
        {
            try
            {
                return DataOutput.Plain(happened.Data.Cell("id"));
            }
            catch (FilmgateException)
            {
                return DataOutput.Nothing;
            }
        }
    }
}
