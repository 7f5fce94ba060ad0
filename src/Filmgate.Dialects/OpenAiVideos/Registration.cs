using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Microsoft.Extensions.DependencyInjection;

namespace Filmgate.Dialects.OpenAiVideos;

/// <summary>Registers what the house needs of this dialect.</summary>
public static class OpenAiVideosRegistration
{
    /// <summary>Adds callback format and error form. The endpoints are mapped by <see cref="OpenAiVideosInbound.MapOpenAiVideos"/>.</summary>
    public static IServiceCollection AddOpenAiVideos(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddSingleton<ICallbackFormat, CallbackFormat>().AddSingleton<ErrorForm>(OpenAiErrorForm.Instance);
    }
}
