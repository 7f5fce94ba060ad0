using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;

namespace Filmgate.Server.Cluster;

/// <summary>Reads <see cref="ClusterOptions"/> from <c>FILMGATE_NODE_NAME</c>, <c>FILMGATE_NODE_ADDRESS</c> and <c>Filmgate:Cluster</c>.</summary>
/// <param name="configuration">Where it is read from.</param>
/// <param name="errors">Gets what is wrong.</param>
internal sealed class ClusterSettingsReader(IConfiguration configuration, List<string> errors)
{
    private const string Section = "Filmgate:Cluster:";
    private const string AddressName = "FILMGATE_NODE_ADDRESS";

    public ClusterOptions Read()
    {
        var address = ReadAddress(AddressName, Text(AddressName) ?? Text(Section + "Address")) ?? IPAddress.Loopback;
        var isLoopback = IPAddress.IsLoopback(address);
        var certificates = ReadCertificates();
        var isPlain = ReadSwitch("Plaintext");
        if (!isLoopback && certificates is null && !isPlain)
        {
            errors.Add(
                $"{AddressName}: nodes that reach one another at {address} need TLS. Set {Section}Certificate, {Section}CertificateKey and "
                + $"{Section}CertificateAuthority, or {Section}Plaintext=true where nobody else is on that network.");
        }

        return new ClusterOptions
        {
            NodeName = Text("FILMGATE_NODE_NAME") ?? Text(Section + "NodeName") ?? Environment.MachineName,
            Address = address,
            Listen = ReadAddress(Section + "Listen", Text(Section + "Listen")) ?? address,
            Port = ReadPort(isLoopback ? 0 : ClusterOptions.PortDefault),
            Certificates = certificates,
        };
    }

    private string? Text(string name) => string.IsNullOrWhiteSpace(configuration[name]) ? null : configuration[name]!.Trim();

    private IPAddress? ReadAddress(string name, string? text)
    {
        if (text is null)
        {
            return null;
        }

        if (IPAddress.TryParse(text, out var address))
        {
            return address;
        }

        errors.Add($"{name}: '{text}' is no IP address. Use the one under which the other nodes reach this machine, such as 10.0.0.11.");
        return null;
    }

    private int ReadPort(int ifAbsent)
    {
        if (Text(Section + "Port") is not { } text)
        {
            return ifAbsent;
        }

        if (int.TryParse(text, out var port) && port is >= 0 and <= IPEndPoint.MaxPort)
        {
            return port;
        }

        errors.Add($"{Section}Port: '{text}' must be a port from 1 to {IPEndPoint.MaxPort}, or 0 for any that is free.");
        return ifAbsent;
    }

    private bool ReadSwitch(string name)
    {
        var text = Text(Section + name);
        if (text is not null && !bool.TryParse(text, out _))
        {
            errors.Add($"{Section}{name}: '{text}' must be true or false.");
        }

        return bool.TryParse(text, out var on) && on;
    }

    private ClusterCertificates? ReadCertificates()
    {
        string[] names = ["Certificate", "CertificateKey", "CertificateAuthority"];
        var paths = names.Select(name => Text(Section + name)).ToArray();
        if (paths.All(path => path is null))
        {
            return null;
        }

        for (var at = 0; at < names.Length; at++)
        {
            if (paths[at] is null)
            {
                errors.Add($"{Section}{names[at]}: it is missing. TLS between nodes needs all of {string.Join(", ", names)}, each a PEM file.");
            }
        }

        if (paths.Contains(null))
        {
            return null;
        }

        try
        {
            // Loaded anew from its own export, because a key that came with a PEM file is not one that every platform's TLS takes.
            using var pem = X509Certificate2.CreateFromPemFile(paths[0]!, paths[1]!);
            return new ClusterCertificates(
                X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null), X509CertificateLoader.LoadCertificateFromFile(paths[2]!));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            errors.Add($"{Section}Certificate: the PEM files cannot be used: {error.Message}");
            return null;
        }
    }
}
