using Filmgate.Client;

namespace Filmgate.EndToEnd.Clients;

// One verifier for the life of the program; while a secret is replaced, give it both.
public sealed class Receiver(string secret)
{
    private readonly WebhookVerifier _verifier = new(secret);

    public WebhookEvent? Read(IReadOnlyDictionary<string, string> headers, byte[] body, DateTimeOffset now)
    {
        try
        {
            return _verifier.Verify(headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"], body, now);
        }
        catch (WebhookVerificationException)
        {
            return null;
        }
    }
}
