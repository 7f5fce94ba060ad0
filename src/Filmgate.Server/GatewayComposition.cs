using System.Security.Cryptography;
using Filmgate.Animatic;
using Filmgate.Animatic.Encoding;
using Filmgate.Animatic.Scenes;
using Filmgate.Dialects.Apixo;
using Filmgate.Dialects.Fal;
using Filmgate.Dialects.Http;
using Filmgate.Dialects.Replicate;
using Filmgate.Dialects.Kie;
using Filmgate.Dialects.Kling;
using Filmgate.Dialects.OpenAiVideos;
using Filmgate.Dialects.Upstream;
using Filmgate.Engine;
using Filmgate.Engine.Admission;
using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Cluster;
using Filmgate.Engine.Egress;
using Filmgate.Engine.Events;
using Filmgate.Engine.Following;
using Filmgate.Engine.Grains;
using Filmgate.Engine.Intake;
using Filmgate.Engine.Lifecycle;
using Filmgate.Engine.Maintenance;
using Filmgate.Engine.Moderation;
using Filmgate.Engine.Moderation.Rules;
using Filmgate.Engine.Moderation.Service;
using Filmgate.Engine.Rendering;
using Filmgate.Engine.Rehearsal;
using Filmgate.Engine.Routing;
using Filmgate.Engine.Webhooks;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Server.Admin;
using Filmgate.Server.Cluster;
using Filmgate.Server.Events;
using Filmgate.Server.Uploads;
using Filmgate.Server.Webhooks;
using Filmgate.Storage;
using Filmgate.Storage.PostgreSql;
using Filmgate.Storage.Sql;
using Filmgate.Storage.Sqlite;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Npgsql;

namespace Filmgate.Server;

/// <summary>Puts the house together: every part is named here once, in the order in which a task meets it.</summary>
internal static class GatewayComposition
{
    internal const string DatabaseFile = "filmgate.db";
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(30);

    public static WebApplicationBuilder CreateBuilder(GatewaySettings settings, int siloPort, int gatewayPort)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Configuration.Sources.Clear();
        ReadConfiguration(builder.Configuration);
        var options = new GatewayOptionsReader(settings, builder.Configuration).Read();

        var start = new EngineStart();
        ConfigureHost(builder, settings, options, start);
        builder.UseOrleans(silo => silo.UseNodes(options, siloPort, gatewayPort));
        builder.Services
            .AddSingleton(options)
            .AddFoundation(options, start)
            .AddStorage(options)
            .AddAdmission()
            .AddIntake()
            .AddModeration(options.Moderation)
            .AddProviders(options)
            .AddLifecycle(options)
            .AddWebhooks(options)
            .AddSurfaces()
            .AddMaintenance();
        return builder;
    }

    /// <summary>Where settings come from, what wins last.</summary>
    public static IConfigurationBuilder ReadConfiguration(IConfigurationBuilder configuration) =>
        configuration.AddJsonFile(Path.GetFullPath("filmgate.json"), optional: true, reloadOnChange: false).AddEnvironmentVariables();

    public static void MapRoutes(WebApplication app)
    {
        app.UseMiddleware<FaultBarrier>();
        app.MapHealth();
        app.MapArtifacts();
        app.MapInputs();
        app.MapProviderCallbacks();
        app.MapApixo();
        app.MapKling();
        app.MapFal();
        app.MapReplicate();
        app.MapOpenAiVideos();
        app.MapKie();
        app.MapAdmin();
        app.MapUploads();
        app.MapWebhooks();
        app.MapEventStreams();
        app.MapUnmatched();
    }

    private static void ConfigureHost(WebApplicationBuilder builder, GatewaySettings settings, GatewayOptions options, EngineStart start)
    {
        builder.WebHost.UseUrls(options.Urls).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // Without TLS there is no HTTP/2 to negotiate; both belong to the proxy in front.
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http1);
            HttpLimits.Apply(kestrel.Limits);
        });
        builder.Logging.ClearProviders();
        if (settings.LogToConsole)
        {
            // Standard output stays free for what a command prints.
            builder.Logging.AddConsoleFormatter<LogLineFormatter, ConsoleFormatterOptions>().AddConsole(console =>
            {
                console.FormatterName = LogLineFormatter.FormatterName;
                console.LogToStandardErrorThreshold = LogLevel.Trace;
            });
        }

        // While the gateway starts, the framework is silent: a start that fails is told in one line by whoever asked for it, and stack
        // traces before that line hide it.
        bool Wanted(LogLevel level) => level >= LogLevel.Warning && start.IsSet;
        builder.Logging.SetMinimumLevel(LogLevel.Information)
            .AddFilter("Microsoft", Wanted)
            .AddFilter("System", LogLevel.Warning)
            .AddFilter("Polly", LogLevel.Warning)
            .AddFilter("Orleans", Wanted)
            // It advises the server garbage collector, which would cost a small install several times the memory.
            .AddFilter("Orleans.Runtime.Silo", LogLevel.Error)
            // It logs nothing that the fault barrier does not log, and while it might, each request costs an activity and a log scope.
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None)
            .AddConfiguration(builder.Configuration.GetSection("Logging"));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.DrainDelay + DrainTimeout);
        if (!settings.HandleSignals)
        {
            builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        }
    }

    private static IServiceCollection AddFoundation(this IServiceCollection services, GatewayOptions options, EngineStart start) => services
        .AddSingleton(TimeProvider.System)
        .AddSingleton<Random>(_ => new LockedRandom(RandomNumberGenerator.GetInt32(int.MaxValue)))
        .AddSingleton(provider => new IdSource(provider.GetRequiredService<TimeProvider>(), bytes => RandomNumberGenerator.Fill(bytes)))
        .AddSingleton(new EngineOptions
        {
            DataFolder = options.DataFolder,
            Paused = options.Paused,
            RenderSlots = options.RenderSlots,
            RenderPrices = options.RehearsesPrices ? PriceList.Printed : PriceList.Free,
            Retention = TimeSpan.FromDays(options.RetentionDays),
            FfmpegPath = options.FfmpegPath,
        })
        .AddSingleton<PublicAddressHolder>()
        .AddSingleton<IPublicAddress>(provider => provider.GetRequiredService<PublicAddressHolder>())
        .AddSigningKey(options)
        .AddSingleton<ClipLinks>()
        .AddSingleton<InputLinks>()
        .AddSingleton<CallbackLinks>()
        .AddSingleton(provider => options.Artifacts.OpenScratch(provider.GetRequiredService<TimeProvider>()))
        .AddSingleton(provider => options.Artifacts.Open(provider.GetRequiredService<ScratchFolder>(), provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<ClipFaults>()
        .AddSingleton<IClipFiles, ClipFiles>()
        .AddSingleton<FirstStart>()
        .AddSingleton<Readiness>()
        .AddHostedService<DrainDelay>()
        .AddSingleton(start);

    private static void UseNodes(this ISiloBuilder silo, GatewayOptions options, int siloPort, int gatewayPort)
    {
        if (options.Database is { } database)
        {
            silo.UseCluster(options.Cluster!, database.CreateSource(TimeProvider.System), options.Cluster!.Port == 0 ? siloPort : options.Cluster.Port);
            silo.Services
                .AddSingleton<INodeDuties, ClusterDuties>()
                .AddSingleton<NewsEars>()
                .AddSingleton(provider => new PostgreSqlNews(
                    provider.GetRequiredService<NpgsqlDataSource>(),
                    provider.GetRequiredService<NewsEars>,
                    provider.GetRequiredService<TimeProvider>(),
                    provider.GetRequiredService<ILogger<PostgreSqlNews>>()))
                .AddSingleton<INodeNews>(provider => provider.GetRequiredService<PostgreSqlNews>())
                .AddHostedService(provider => provider.GetRequiredService<PostgreSqlNews>());
        }
        else
        {
            silo.UseLocalhostClustering(siloPort, gatewayPort);
            silo.Services.AddSingleton<INodeDuties, SoleNode>().AddSingleton<INodeNews, NoNews>();
        }
    }

    private static IServiceCollection AddSigningKey(this IServiceCollection services, GatewayOptions options) => services.AddSingleton(provider =>
        options.SigningKey is { } chosen ? new SigningKey(chosen)
        : options.Database is null ? SigningKey.Open(options.DataFolder)
        : SharedSigningKey.Open(provider.GetRequiredService<NpgsqlDataSource>(), options.DataFolder));

    private static IServiceCollection AddStorage(this IServiceCollection services, GatewayOptions options) => services
        .AddSingleton<SqlDatabase>(provider =>
        {
            Directory.CreateDirectory(options.DataFolder);
            return options.Database is { } address
                ? PostgresDatabase.Open(address, provider.GetRequiredService<TimeProvider>())
                : SqliteDatabase.Open(Path.Combine(options.DataFolder, DatabaseFile));
        })
        .AddSingleton<ITaskStore, TaskStore>()
        .AddSingleton<ITaskRevisions, TaskRevisions>()
        .AddSingleton<IAccountStore, AccountStore>()
        .AddSingleton<IBooks, Books>()
        .AddSingleton<IChargeStore, ChargeStore>()
        .AddSingleton<IDeliveryStore, DeliveryStore>()
        .AddSingleton<IEventLog, EventLog>()
        .AddSingleton<IEndpointStore, EndpointStore>()
        .AddSingleton<IClipStore, ClipStore>()
        .AddSingleton<IUploadStore, UploadStore>();

    private static IServiceCollection AddAdmission(this IServiceCollection services) => services
        .AddSingleton<KeyPairs>()
        .AddSingleton<KeyRing>()
        .AddSingleton<IKeyRing>(provider => provider.GetRequiredService<KeyRing>())
        .AddSingleton<WrongKeyGate>()
        .AddSingleton<IRateGate, RateGate>()
        .AddHostedService<KeyUseRecorder>()
        .AddSingleton<AnswerScripts>()
        .AddSingleton<ITaskDesk, TaskDesk>();

    private static IServiceCollection AddIntake(this IServiceCollection services) => services
        .AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<GatewayOptions>();
            return new EgressOptions
            {
                AllowNetworks = options.AllowNetworks,
                AnswerTimeout = options.Webhooks.Timeout,
                MaxConcurrentPosts = options.Webhooks.ConcurrencyMax,
            };
        })
        .AddSingleton<IHostResolver, SystemHostResolver>()
        .AddSingleton<GuardedHttp>()
        .AddSingleton<IUpstreamHttp, UpstreamHttp>()
        .AddSingleton(ImageRules.Default)
        .AddSingleton<ImageIntake>()
        .AddSingleton<UploadLinks>()
        .AddSingleton<UploadTickets>()
        .AddSingleton<IUploadDesk, UploadDesk>()
        .AddSingleton<RequestImages>()
        .AddSingleton<InputIntake>();

    // Rules come before the service: they cost nothing, and what they refuse need not be sent to anybody.
    private static IServiceCollection AddModeration(this IServiceCollection services, ModerationSettings settings)
    {
        if (settings.RuleFile is { } ruleFile)
        {
            services.AddSingleton<IModerator>(provider =>
                RuleFileModerator.Open(ruleFile, provider.GetRequiredService<ILogger<RuleFileModerator>>()));
        }

        if (settings.Service is { } service)
        {
            services.AddSingleton<IModerator>(provider => new ModerationServiceClient(
                service, provider.GetRequiredService<IHostResolver>(), provider.GetRequiredService<TimeProvider>()));
        }

        return services.AddSingleton(provider => new ModerationGate(
            [.. provider.GetServices<IModerator>()], settings.WhenUnavailable, provider.GetRequiredService<ILogger<ModerationGate>>()));
    }

    private static IServiceCollection AddProviders(this IServiceCollection services, GatewayOptions options)
    {
        foreach (var settings in options.Providers)
        {
            services.AddSingleton<IVideoProvider>(provider => new PacedProvider(
                ProviderDialects.Find(settings.Dialect)!.Create(settings, provider.GetRequiredService<IUpstreamHttp>(), provider.GetRequiredService<TimeProvider>()),
                provider.GetRequiredService<INodeDuties>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<PacedProvider>>()));
        }

        return services.AddRenderer(options).AddSingleton<ProviderDirectory>();
    }

    private static IServiceCollection AddRenderer(this IServiceCollection services, GatewayOptions options) => services
        .AddSingleton(provider => new AnimaticOptions { FfmpegPath = options.FfmpegPath, Clock = provider.GetRequiredService<TimeProvider>() })
        .AddSingleton<Ffmpeg>()
        .AddSingleton<IScenePainter, ScenePainter>()
        .AddSingleton<AnimaticRenderer>()
        .AddSingleton<IVideoProvider, AnimaticProvider>();

    private static IServiceCollection AddLifecycle(this IServiceCollection services, GatewayOptions options) => services
        .AddSingleton<IWaker, GrainWaker>()
        .AddSingleton<IProviderDesks, GrainDesks>()
        .AddSingleton(options.Routing)
        .AddSingleton<SubmissionWriter>()
        .AddSingleton<LateWord>()
        .AddSingleton<CallbackHints>()
        .AddSingleton<TaskSignals>()
        .AddHostedService<TaskLookout>()
        .AddSingleton<IClipIntake, ClipIntake>()
        .AddSingleton<TaskDriver>();

    private static IServiceCollection AddWebhooks(this IServiceCollection services, GatewayOptions options) => services
        .AddSingleton(options.Webhooks)
        .AddSingleton<ICallbackSecrets, CallbackSecrets>()
        .AddSingleton<EndpointSecrets>()
        .AddSingleton<CallbackWriter>()
        .AddSingleton<DeliverySignal>()
        .AddSingleton<DeliveryInstruments>()
        .AddSingleton<DeliverySender>()
        .AddSingleton<DeliveryDispatcher>()
        .AddSingleton<WebhookDesk>()
        .AddSingleton<EventFeeds>()
        .AddSingleton(options.Streams)
        .AddSingleton<OpenStreams>()
        .AddHostedService(services => services.GetRequiredService<OpenStreams>())
        .AddHostedService<DeliveryPump>();

    private static IServiceCollection AddSurfaces(this IServiceCollection services) => services
        .AddSingleton<ErrorForms>()
        .AddApixo()
        .AddKling()
        .AddFal()
        .AddReplicate()
        .AddOpenAiVideos()
        .AddKie();

    private static IServiceCollection AddMaintenance(this IServiceCollection services) => services
        .AddHostedService<OverdueSweeper>()
        .AddHostedService<RetentionSweeper>();
}
