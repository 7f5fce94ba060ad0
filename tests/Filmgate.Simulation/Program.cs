using Filmgate.Simulation;

return args is [SimulateCommand.Name, ..]
    ? await SimulateCommand.Create().Parse(args[1..]).InvokeAsync()
    : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
