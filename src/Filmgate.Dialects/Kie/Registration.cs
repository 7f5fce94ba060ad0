using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Microsoft.Extensions.DependencyInjection;

namespace Filmgate.Dialects.Kie;

/// <summary>Registers what the house needs of this dialect.</summary>
public static class KieRegistration
{
    /// <summary>Adds callback format and error form. The endpoints are mapped by <see cref="KieInbound.MapKie"/>.</summary>
    public static IServiceCollection AddKie(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddSingleton<ICallbackFormat, CallbackFormat>().AddSingleton<ErrorForm>(KieErrorForm.Instance);
    }
}
