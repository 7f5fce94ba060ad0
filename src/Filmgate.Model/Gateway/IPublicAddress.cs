namespace Filmgate.Model.Gateway;

/// <summary>The address under which callers reach this gateway: what surfaces begin the links with that they give out.</summary>
public interface IPublicAddress
{
    /// <summary>Scheme, host and port, without a slash at the end.</summary>
    /// <exception cref="InvalidOperationException">Read before the server listens.</exception>
    string Value { get; }
}
