using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Microsoft.Extensions.DependencyInjection;

namespace Filmgate.Dialects.Apixo;

/// <summary>Registers what the house needs of this dialect.</summary>
public static class ApixoRegistration
{
    /// <summary>Adds the formats of callbacks and events, and the error form. The endpoints are mapped by <see cref="ApixoInbound.MapApixo"/>.</summary>
    public static IServiceCollection AddApixo(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddSingleton<IEventFormat, EventFormat>().AddSingleton<ICallbackFormat, CallbackFormat>().AddSingleton<ErrorForm>(ApixoErrorForm.Instance);
    }
}
