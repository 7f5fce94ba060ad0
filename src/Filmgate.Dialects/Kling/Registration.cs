using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Microsoft.Extensions.DependencyInjection;

namespace Filmgate.Dialects.Kling;

/// <summary>Registers what the house needs of this dialect.</summary>
public static class KlingRegistration
{
    /// <summary>Adds callback format and error form. The endpoints are mapped by <see cref="KlingInbound.MapKling"/>.</summary>
    public static IServiceCollection AddKling(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddSingleton<ICallbackFormat, CallbackFormat>().AddSingleton<ErrorForm>(KlingErrorForm.Instance);
    }
}
