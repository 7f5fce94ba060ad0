using System.Text.Json;

namespace Filmgate.Torture.Faults;

/// <summary>What the run tells the provider or the receiver, as one line of JSON on their standard input. No arming disarms.</summary>
/// <param name="Arm">The point to wait for; null to wait for none.</param>
/// <param name="Secret">The secret by which webhooks are checked; null when it is known already.</param>
/// <param name="LetsGo">Whether jobs that are held may end.</param>
internal sealed record Order(Arming? Arm = null, string? Secret = null, bool LetsGo = false)
{
    /// <summary>What is answered when an order is carried out.</summary>
    public const string Done = "done";
}

/// <summary>Carries out the orders that come on standard input, until it ends: with the run, its children end as well.</summary>
internal static class Orders
{
    /// <summary>Reads orders and answers each on standard output.</summary>
    public static async Task TakeAsync(Trigger trigger, Action<string>? setSecret = null, Action? letGo = null)
    {
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var order = JsonSerializer.Deserialize<Order>(line)!;
            if (order.Secret is { } secret)
            {
                setSecret?.Invoke(secret);
            }
            else if (order.LetsGo)
            {
                letGo?.Invoke();
            }
            else if (order.Arm is { } arming)
            {
                trigger.Arm(arming);
            }
            else
            {
                trigger.Disarm();
            }

            Console.Out.WriteLine(Order.Done);
        }
    }
}
