export const home = {
  hello: "您好，{{name}}",
  about: "需要您看一眼的事情都在这里。",
  all: "查看全部",
  latest: "最近的执行",
  noConnections: "还没有接入平台。",
  figure: { running: "正在执行", waiting: "等待中的执行", failed: "失败的执行" },
  step: {
    connect: {
      title: "连接一个平台",
      about: "接入电商平台或企业微信；没有接口权限也可以导入订单文件。",
    },
    scene: {
      title: "选一个场景模板",
      about: "大额订单升级会员、购物车召回、大额退款复核……回答几个问题就能用。",
    },
    flow: { title: "打开流程看看", about: "像搭积木一样修改流程，检查无误后发布。" },
  },
}
