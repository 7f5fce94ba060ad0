using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Microsoft.Extensions.DependencyInjection;

namespace Filmgate.Dialects.Apixo;

/// <summary>Registers what the house needs of this dialect.</summary>
public static class ApixoRegistration
{
    /// <summary>Adds callback format and error form. The endpoints are mapped by <see cref="ApixoInbound.MapApixo"/>.</summary>
    public static IServiceCollection AddApixo(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddSingleton<ICallbackFormat, CallbackFormat>().AddSingleton<ErrorForm>(ApixoErrorForm.Instance);
    }
}
