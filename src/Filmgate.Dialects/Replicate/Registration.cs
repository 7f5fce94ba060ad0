using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Microsoft.Extensions.DependencyInjection;

namespace Filmgate.Dialects.Replicate;

/// <summary>Registers what the house needs of this dialect.</summary>
public static class ReplicateRegistration
{
    /// <summary>Adds callback format and error form. The endpoints are mapped by <see cref="ReplicateInbound.MapReplicate"/>.</summary>
    public static IServiceCollection AddReplicate(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddSingleton<ICallbackFormat, CallbackFormat>().AddSingleton<ErrorForm>(ReplicateErrorForm.Instance);
    }
}
