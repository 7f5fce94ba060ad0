using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Microsoft.Extensions.DependencyInjection;

namespace Filmgate.Dialects.Fal;

/// <summary>Registers what the house needs of this dialect.</summary>
public static class FalRegistration
{
    /// <summary>Adds callback format and error form. The endpoints are mapped by <see cref="FalInbound.MapFal"/>.</summary>
    public static IServiceCollection AddFal(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddSingleton<WebhookKey>().AddSingleton<ICallbackFormat, CallbackFormat>().AddSingleton<ErrorForm>(FalErrorForm.Instance);
    }
}
