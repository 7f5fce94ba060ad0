using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace Filmgate.Storage.PostgreSql;

/// <summary>
/// Where a PostgreSQL database is and how one logs in: read from a URI (<c>postgres://user:password@host:5432/database</c>) or from a list of settings
/// (<c>Host=…;Username=…</c>). It holds a password, so neither it nor what it was read from is ever shown; <see cref="ToString"/> leaves it out.
/// </summary>
public sealed class PostgresAddress
{
    private readonly string _text;

    private PostgresAddress(NpgsqlConnectionStringBuilder settings)
    {
        // Which host to take among several is known here: the one that takes writes.
        settings.TargetSessionAttributes = null;
        _text = settings.ConnectionString;
        HasSeveralHosts = settings.Host!.Contains(',', StringComparison.Ordinal);
        var host = settings.Host.Count(sign => sign == ':') switch
        {
            0 when !HasSeveralHosts => $"{settings.Host}:{settings.Port}",
            > 1 when !HasSeveralHosts => $"[{settings.Host}]:{settings.Port}",
            _ => settings.Host,
        };
        Shown = $"{host}/{settings.Database}";
    }

    /// <summary>Whether it names several servers, of which one takes writes.</summary>
    internal bool HasSeveralHosts { get; }

    private string Shown { get; }

    /// <summary>Whether a text is meant as an address of PostgreSQL, right or wrong.</summary>
    public static bool LooksLikeOne(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.StartsWith("postgres:", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgresql:", StringComparison.OrdinalIgnoreCase)
            || text.Contains('=', StringComparison.Ordinal);
    }

    /// <summary>Reads an address.</summary>
    /// <param name="text">The address.</param>
    /// <param name="address">The address, when it is one.</param>
    /// <param name="error">What is wrong with it, in a sentence without its password, when it is none.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out PostgresAddress? address, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        address = null;
        try
        {
            var settings = text.Contains("://", StringComparison.Ordinal) ? FromUri(text) : new NpgsqlConnectionStringBuilder(text);
            error = string.IsNullOrEmpty(settings.Host) ? "it names no host"
                : string.IsNullOrEmpty(settings.Database) && string.IsNullOrEmpty(settings.Username) ? "it names neither a database nor a user"
                : null;
            if (error is not null)
            {
                return false;
            }

            settings.Database ??= settings.Username;
            address = new PostgresAddress(settings);
            return true;
        }
        catch (UnreadableAddressException unreadable)
        {
            error = unreadable.Message;
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or FormatException or KeyNotFoundException or NotSupportedException)
        {
            // The library names the setting that it does not know, and never a value.
            error = unreadable is KeyNotFoundException or ArgumentException { ParamName: not null } ? "it holds a setting that there is not, or a value that a setting cannot have" : "it cannot be read";
        }

        return false;
    }

    /// <summary>Host and database, without user and password.</summary>
    public override string ToString() => Shown;

    /// <summary>Connections to it, set up as the store's own, for whoever speaks to it past the stores. They belong to the caller.</summary>
    public NpgsqlDataSource CreateSource(TimeProvider time) => new PostgresLine(this, time).Source;

    /// <summary>Its settings, a copy for each who asks.</summary>
    internal NpgsqlConnectionStringBuilder Settings() => new(_text);

    // System.Uri knows one host only, and a failover needs several: scheme://[user[:password]@]host[:port][,…][/database][?name=value&…]
    private static NpgsqlConnectionStringBuilder FromUri(string text)
    {
        var rest = text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var settings = new NpgsqlConnectionStringBuilder();
        var query = "";
        if (rest.IndexOf('?', StringComparison.Ordinal) is var question && question >= 0)
        {
            query = rest[(question + 1)..];
            rest = rest[..question];
        }

        if (rest.IndexOf('/', StringComparison.Ordinal) is var slash && slash >= 0)
        {
            settings.Database = Uri.UnescapeDataString(rest[(slash + 1)..]) is { Length: > 0 } database ? database : null;
            rest = rest[..slash];
        }

        if (rest.LastIndexOf('@') is var at && at >= 0)
        {
            var login = rest[..at].Split(':', 2);
            settings.Username = Uri.UnescapeDataString(login[0]);
            settings.Password = login.Length > 1 ? Uri.UnescapeDataString(login[1]) : null;
            rest = rest[(at + 1)..];
        }

        settings.Host = rest.Length > 0 ? rest : null;
        if (!rest.Contains(',', StringComparison.Ordinal) && rest.LastIndexOf(':') is var colon && colon > rest.LastIndexOf(']'))
        {
            settings.Host = rest[..colon];
            settings.Port = int.TryParse(rest[(colon + 1)..], out var port) && port is > 0 and < 65536
                ? port
                : throw new UnreadableAddressException("its port is no number from 1 to 65535");
        }

        if (settings.Host is ['[', .. var numbers, ']'])
        {
            settings.Host = numbers;
        }

        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            Set(settings, Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
        }

        return settings;
    }

    // The names of libpq, which is what other programs and hosting services write.
    private static void Set(NpgsqlConnectionStringBuilder settings, string name, string value)
    {
        switch (name)
        {
            case "sslmode":
                settings["SSL Mode"] = value.Replace("-", "", StringComparison.Ordinal) is var mode && mode.Equals("verifyca", StringComparison.OrdinalIgnoreCase) ? "VerifyCA" : mode;
                break;
            case "sslrootcert":
                settings["Root Certificate"] = value;
                break;
            case "sslcert":
                settings["SSL Certificate"] = value;
                break;
            case "sslkey":
                settings["SSL Key"] = value;
                break;
            case "application_name":
                settings.ApplicationName = value;
                break;
            case "options":
                settings.Options = value;
                break;
            case "host":
                settings.Host = value;
                break;
            case "target_session_attrs" or "connect_timeout" or "channel_binding":
                // The first is known here, the second has its bound, and the third is the library's own choice.
                break;
            default:
                throw new UnreadableAddressException($"it holds a setting '{name}' that this gateway does not know; there are sslmode, sslrootcert, sslcert, sslkey, application_name and options");
        }
    }

    private sealed class UnreadableAddressException(string message) : Exception(message);
}
