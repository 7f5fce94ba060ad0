using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Filmgate.Engine.Egress;

namespace Filmgate.Engine.Tests.Egress;

/// <summary>Answers each lookup of a name with the next answer of its script; the last one repeats.</summary>
internal sealed class ScriptedResolver : IHostResolver
{
    private readonly ConcurrentDictionary<string, int> _lookups = new();
    private readonly Dictionary<string, IPAddress[][]> _answers = [];

    /// <summary>The answer for names without a script; null means the name does not exist.</summary>
    public IPAddress[]? Otherwise { get; init; }

    public ScriptedResolver With(string host, params string[] answers)
    {
        _answers[host] = [.. answers.Select(answer => answer.Split(',').Select(IPAddress.Parse).ToArray())];
        return this;
    }

    public int LookupsOf(string host) => _lookups.GetValueOrDefault(host);

    public Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        var lookup = _lookups.AddOrUpdate(host, 1, (_, before) => before + 1) - 1;
        if (_answers.TryGetValue(host, out var script))
            return Task.FromResult<IReadOnlyList<IPAddress>>(script[Math.Min(lookup, script.Length - 1)]);
        return Otherwise is null
            ? Task.FromException<IReadOnlyList<IPAddress>>(new SocketException((int)SocketError.HostNotFound))
            : Task.FromResult<IReadOnlyList<IPAddress>>(Otherwise);
    }
}
