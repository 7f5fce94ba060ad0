namespace Filmgate.Server;

/// <summary>How a gateway is started. Values left null come from the environment and <c>filmgate.json</c>.</summary>
public sealed record GatewaySettings
{
    /// <summary>Listen address. Default: <c>FILMGATE_URLS</c>, else <c>http://127.0.0.1:8080</c>. Port 0 takes a free one.</summary>
    public string? Urls { get; init; }
    /// <summary>Data folder. Default: <c>FILMGATE_DATA</c>, else <c>./data</c>.</summary>
    public string? DataFolder { get; init; }
    /// <summary><c>sqlite</c>, or where a PostgreSQL database is. Default: <c>FILMGATE_DATABASE</c>, else <c>sqlite</c>.</summary>
    public string? Database { get; init; }
    /// <summary>CIDRs that image and callback URLs may reach although not public. Default: <c>FILMGATE_ALLOW_NETWORKS</c>, else none.</summary>
    public string? AllowNetworks { get; init; }
    /// <summary>Whether SIGTERM and SIGINT stop the gateway. Default: true; an embedding command handles them itself.</summary>
    public bool HandleSignals { get; init; } = true;
    /// <summary>Whether log lines go to standard error. Default: true.</summary>
    public bool LogToConsole { get; init; } = true;
    /// <summary>
    /// A test key (<c>fg_test_…</c>) for this process: of it only the hash is stored, and revoked when the gateway stops. Default: none.
    /// </summary>
    public string? EphemeralTestKey { get; init; }
}

/// <summary>Settings are wrong. The message names every one of them, the value and the way out.</summary>
public sealed class GatewaySettingsException(IReadOnlyList<string> errors) : Exception(string.Join(Environment.NewLine, errors))
{
    /// <summary>One sentence per wrong setting.</summary>
    public IReadOnlyList<string> Errors { get; } = errors;
}
